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

// suspendably waits for a group, and withdraws while the process is stopped by Ctrl-Z, because a
// stopped waiter blocks those behind it. When the process continues, it asks again, behind
// requests that came meanwhile.
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

// untilSuspended returns errSuspended if the process should stop.
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

// action is what the kernel does with a signal (struct sigaction of rt_sigaction(2)). The zero
// value is the default.
type action [4]uint64

// caught is the action for a signal that Go catches.
var caught action

// catchStops lets a channel receive SIGTSTP. Once Go has caught the signal, it never gives it
// back (for os/signal, its only default action is to ignore it), so this is done here.
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

// setAction sets the action of SIGTSTP, unless to is nil, and returns the previous one.
func setAction(to *action) (before action) {
	const sizeOfSet = 8
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(syscall.SIGTSTP), uintptr(unsafe.Pointer(to)),
		uintptr(unsafe.Pointer(&before)), sizeOfSet, 0, 0)
	return before
}
