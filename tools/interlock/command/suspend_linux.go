package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"unsafe"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"golang.org/x/sys/unix"
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
		child.Suspend(os.Getpid())
	}
}

// untilSuspended returns errSuspended if the process is to be stopped.
func untilSuspended(ctx context.Context, acquire func(context.Context) (lock.Held, error)) (lock.Held, error) {
	stop := make(chan os.Signal, 1)
	catchStops(stop)
	defer letStop(stop)
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

// action is what the kernel does with a signal (struct sigaction of rt_sigaction(2)). All of
// it zero is the default.
type action [4]uint64

// caught is that of a signal which Go catches.
var caught action

// catchStops lets a channel have SIGTSTP. Once Go has caught it, it never gives it back
// (os/signal knows no default action of it but to ignore it), so that is done here.
func catchStops(stop chan<- os.Signal) {
	signal.Notify(stop, syscall.SIGTSTP)
	if caught == (action{}) {
		caught = setAction(nil)
	} else {
		setAction(&caught)
	}
}

// letStop lets SIGTSTP stop this process again.
func letStop(stop chan<- os.Signal) {
	signal.Stop(stop)
	setAction(&action{})
}

// setAction sets the action of SIGTSTP, unless it is nil, and returns the one before.
func setAction(to *action) (before action) {
	const sizeOfSet = 8
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(syscall.SIGTSTP), uintptr(unsafe.Pointer(to)),
		uintptr(unsafe.Pointer(&before)), sizeOfSet, 0, 0)
	return before
}
