// Package terminal reports which files are terminals. Here it reports none: a console has no
// foreground, and needs nothing special.
package terminal

import "os"

// Is reports whether a file is a terminal.
func Is(*os.File) bool { return false }

// IsForeground reports whether this process is in the foreground of a terminal.
func IsForeground(*os.File) bool { return false }

// TakeForeground does nothing.
func TakeForeground(*os.File) {}
