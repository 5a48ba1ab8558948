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

// forwardSignals passes signals that this process gets on to the process group
// of pid. The returned function ends that: after it no signal is passed on.
func forwardSignals(pid int) (stop func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwarded...)
	done := make(chan struct{})
	var forwarder sync.WaitGroup
	forwarder.Go(func() {
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				_ = syscall.Kill(-pid, s.(syscall.Signal))
			}
		}
	})
	return func() { signal.Stop(signals); close(done); forwarder.Wait() }
}

func terminateGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGTERM) }

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
