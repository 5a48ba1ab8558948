package child

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Serve runs c, a program that may end and leave processes of its group to go
// on, until ctx ends. It calls started with the number of the program's
// process, which is that of the group too, and ended when the program has
// ended, of itself or not. When ctx ends it stops the group as Run does, with a
// grace for those that the program has left too, and nothing of the group is
// there when it returns. The error is for a program that could not be started.
func Serve(ctx context.Context, c Command, started func(pid int), ended func(Result)) error {
	runtime.LockOSThread() // as Run does
	defer runtime.UnlockOSThread()

	p, err := start(c)
	if err != nil {
		return err
	}
	defer p.output.finish()
	defer p.forget()
	group := p.pid()
	started(group)
	stopStopping := stopWith(ctx, group, c)
	_ = awaitEnd(group, nil) // what fails here fails in Wait
	told := stopStopping()
	_ = p.Wait() // what it returns is in the state, too
	ended(resultOf(p.ProcessState))
	<-ctx.Done()
	stopRest(ctx, group, c, told)
	p.killStrays()
	return nil
}

// stopRest stops those that a program, which has been reaped, has left. The
// group was told to end already, unless that time is zero.
func stopRest(ctx context.Context, group int, c Command, told time.Time) {
	if !isUrgent(ctx) {
		if told.IsZero() {
			signalRest(group, syscall.SIGTERM)
			told = time.Now()
		}
		awaitEnds(group, told.Add(c.Grace), c.Hurry)
	}
	KillRest(group)
}

// awaitEnds waits until all of a group have ended, but not beyond the deadline,
// and not if there is a hurry.
func awaitEnds(group int, deadline time.Time, hurry <-chan struct{}) {
	grace := time.NewTimer(time.Until(deadline))
	defer grace.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		if _, left := reap(group); !left {
			return
		}
		select {
		case <-hurry:
			return
		case <-grace.C:
			return
		case <-look.C:
		}
	}
}

// KillRest kills what is left of a process group whose leader has ended, and
// waits until it is gone.
func KillRest(group int) {
	signalRest(group, syscall.SIGKILL)
	awaitRest(group)
}

// signalRest signals a group if a process of it is a child of this one, as
// orphans are. Until that is reaped the number of the group can be nobody else's.
func signalRest(group int, s syscall.Signal) {
	err := unix.Waitid(unix.P_PGID, group, &unix.Siginfo{}, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err == nil {
		_ = syscall.Kill(-group, s)
	}
}
