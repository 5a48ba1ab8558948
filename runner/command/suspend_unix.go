//go:build unix

package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

var errSuspended = errors.New("suspended")

// suspendably waits for a group, and withdraws while the process is stopped by Ctrl-Z: who
// is stopped in a queue keeps those behind it waiting. When the process goes on it asks
// again, behind those that came meanwhile.
func suspendably(ctx context.Context, acquire func(context.Context) (lock.Held, error)) (lock.Held, error) {
	if signal.Ignored(syscall.SIGTSTP) {
		return acquire(ctx)
	}
	for {
		held, err := untilSuspended(ctx, acquire)
		if !errors.Is(err, errSuspended) {
			return held, err
		}
		suspend()
	}
}

// untilSuspended returns errSuspended if the process is to be stopped.
func untilSuspended(ctx context.Context, acquire func(context.Context) (lock.Held, error)) (lock.Held, error) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTSTP)
	defer signal.Reset(syscall.SIGTSTP)
	trying, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-stop:
			cancel(errSuspended)
		case <-trying.Done():
		}
	}()
	held, err := acquire(trying)
	if context.Cause(trying) != errSuspended {
		return held, err
	}
	if err == nil {
		held.Undo()
	}
	return nil, errSuspended
}

// suspend stops this process, until its shell continues it. Where no shell could do
// that, the kernel does not stop it (setpgid(2), on orphaned groups).
func suspend() {
	const stopping = 100 * time.Millisecond
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTSTP)
	select {
	case <-continued:
	case <-time.After(stopping):
	}
}
