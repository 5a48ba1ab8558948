//go:build !linux

// Package procfs is empty: only Linux has such files.
package procfs
