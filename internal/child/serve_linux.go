package child

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Serve runs c, a program that may end and leave processes of its group running, until ctx ends.
// It calls started with the number of the program's process, which is also the group's, and ended
// when the program has ended, by itself or not. When ctx ends it stops the group as Run does,
// with a grace for the processes that the program has left too. When it returns, nothing of the
// group is left. The error is for a program that could not be started.
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
	_ = awaitEnd(group, nil) // Wait reports what fails here
	told := stopStopping()
	_ = p.Wait() // the state has its result, too
	ended(resultOf(p.ProcessState))
	<-ctx.Done()
	stopRest(ctx, group, c, told)
	p.killStrays()
	return nil
}

// stopRest stops the processes that a program, which has been reaped, has left. told is when the
// group was told to end; zero if it was not.
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

// awaitEnds waits until all processes of a group have ended. It does not wait beyond the
// deadline, nor after hurry is closed.
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

// signalRest signals a group if one of its processes is a child of this process, as orphans are.
// Until that child is reaped, no other group can have the number.
func signalRest(group int, s syscall.Signal) {
	err := unix.Waitid(unix.P_PGID, group, &unix.Siginfo{}, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err == nil {
		_ = syscall.Kill(-group, s)
	}
}
