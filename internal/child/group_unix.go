//go:build unix

package child

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// forwarded are the signals that do not end a run but may mean something to
// the program, such as a request for a thread dump.
var forwarded = []os.Signal{syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// forwarder passes signals that this process receives on to a process group.
type forwarder struct {
	signals chan os.Signal
	done    chan struct{}
	passing sync.WaitGroup
}

// catchSignals keeps signals until the group is known, so that none gets lost,
// or ends this process, while the program starts.
func catchSignals() *forwarder {
	f := &forwarder{signals: make(chan os.Signal, 8), done: make(chan struct{})}
	signal.Notify(f.signals, forwarded...)
	return f
}

// passTo passes these signals, and those from more, on to the process group of pid.
func (f *forwarder) passTo(pid int, more <-chan os.Signal) {
	pass := func(s os.Signal) { _ = syscall.Kill(-pid, s.(syscall.Signal)) }
	f.passing.Go(func() {
		for {
			select {
			case <-f.done:
				return
			case s := <-f.signals:
				pass(s)
			case s := <-more:
				pass(s)
			}
		}
	})
}

// stop ends the forwarding.
func (f *forwarder) stop() {
	signal.Stop(f.signals)
	close(f.done)
	f.passing.Wait()
}

// inForeground lets the new process group read from its terminal, and receive what is typed there
// to interrupt it.
func inForeground(attr *syscall.SysProcAttr, terminal *os.File) {
	attr.Foreground, attr.Ctty = true, int(terminal.Fd())
}

func terminateGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGTERM) }

// dump asks a program for its stacks, but not the programs that it has started: they are killed
// when it has ended.
func dump(pid int) { _ = syscall.Kill(pid, syscall.SIGQUIT) }

// killGroup also kills a leader that went to another group.
func killGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

func resultOf(state *os.ProcessState) Result {
	if status := state.Sys().(syscall.WaitStatus); status.Signaled() {
		return Result{ExitCode: 128 + int(status.Signal()), Signal: status.Signal().String()}
	}
	return Result{ExitCode: state.ExitCode()}
}
