//go:build unix

package command

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// isTerminal reports whether a file is one: only those have a size in rows and
// columns (tty_ioctl(4), TIOCGWINSZ).
func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	return err == nil
}

// foregroundTerminal returns the file if it is the terminal of this process, and
// this process is in its foreground; nil if not.
func foregroundTerminal(file *os.File) *os.File {
	foreground, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPGRP)
	if err != nil || foreground != unix.Getpgrp() {
		return nil
	}
	return file
}

// takeForeground brings this process back into the foreground of its terminal,
// for those that come after it in the same process group.
func takeForeground(terminal *os.File) {
	signal.Ignore(syscall.SIGTTOU) // which stops who does this from the background; no child is there to inherit that
	defer signal.Reset(syscall.SIGTTOU)
	_ = unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, unix.Getpgrp())
}
