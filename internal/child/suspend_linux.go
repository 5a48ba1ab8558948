package child

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/terminal"
)

// stopping is how long a process may take to be stopped by its own signal. If nothing has stopped
// it, no process exists that could continue it, and the kernel has dropped the signal
// (setpgid(2), on orphaned groups).
const stopping = 100 * time.Millisecond

// suspendWith is called when a group that has the terminal was stopped, as by Ctrl-Z. It stops
// the group of this process too, and gives the terminal back, so that a shell sees its whole job
// stopped. When the shell continues this process, it continues both.
func suspendWith(group int, t *os.File) {
	terminal.TakeForeground(t)
	Suspend(0)
	if terminal.IsForeground(t) { // it is not after the shell's bg
		terminal.GiveForeground(t, group)
	}
	_ = syscall.Kill(-group, syscall.SIGCONT)
}

// Suspend stops this process, or 0 for its group, until its shell continues it.
func Suspend(pid int) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	_ = syscall.Kill(pid, syscall.SIGTSTP)
	select {
	case <-continued:
	case <-time.After(stopping):
	}
}
