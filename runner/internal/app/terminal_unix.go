//go:build unix

package app

import (
	"os"

	"golang.org/x/sys/unix"
)

// isTerminal reports whether a file is one: only those have a size in rows and
// columns (tty_ioctl(4), TIOCGWINSZ).
func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	return err == nil
}
