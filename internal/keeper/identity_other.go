//go:build !linux

package keeper

import "io/fs"

// identity changes when a file is written.
func identity(info fs.FileInfo) string { return info.ModTime().String() }
