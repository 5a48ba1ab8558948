//go:build unix

// Package terminal reports which files are terminals, and which process group is in the
// foreground of one. That group may read from the terminal and gets what is typed to interrupt it
// (credentials(7), tcsetpgrp(3)).
package terminal

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Is reports whether a file is a terminal: only terminals have a size in rows and columns
// (tty_ioctl(4), TIOCGWINSZ).
func Is(file *os.File) bool {
	_, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	return err == nil
}

// IsForeground reports whether a file is the terminal of this process, and its
// group is in the foreground.
func IsForeground(file *os.File) bool {
	foreground, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}

// TakeForeground brings the group of this process into the foreground. It does nothing if the
// file is not this process's terminal. No child may start meanwhile: it would inherit that a
// signal is ignored.
func TakeForeground(terminal *os.File) {
	signal.Ignore(syscall.SIGTTOU) // which stops a background process that does this
	defer signal.Reset(syscall.SIGTTOU)
	GiveForeground(terminal, unix.Getpgrp())
}

// GiveForeground brings another group into the foreground in place of this one.
func GiveForeground(terminal *os.File, group int) {
	_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, group)
}
