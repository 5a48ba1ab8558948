package child

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dying is how long killed processes may take to go. Only a process that hangs in the kernel
// needs more than an instant.
const dying = 2 * time.Second

// adopt makes this process the parent of orphans among its descendants, so
// that it can wait for them (prctl(2), PR_SET_CHILD_SUBREAPER).
var adopt = sync.OnceFunc(func() {
	for _, o := range orphans() {
		wasThere[o.pid] = true
	}
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
})

// wasThere are the children that this process had before it started any: the children of a
// program that has become this one.
var wasThere = map[int]bool{}

// ownGroup makes the child the leader of a new process group, and makes it die
// with this process even if that is killed.
func ownGroup() *syscall.SysProcAttr {
	adopt()
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// waitAndKillRest waits until the program has ended (in the foreground of a terminal if it has
// one), calls ended, kills what is left of it, waits until that is gone, and returns what it has
// killed.
//
// Until then it leaves the program unreaped: a zombie keeps its number, so that no signal can hit
// a stranger that got the number next.
func (p *program) waitAndKillRest(terminal *os.File, ended func()) (left leftovers, err error) {
	err = awaitEnd(p.pid(), terminal)
	ended()
	family.end(p.pid())
	p.reapOrphans()
	killGroup(p.pid())
	if waited := p.Wait(); err == nil {
		err = waited
	}
	left.killed = awaitRest(p.pid())
	left.strays = p.killStrays()
	p.forget()
	return left, err
}

// awaitRest reaps a process group that was killed, and returns how many processes that has ended.
// A process has its ports and files until it is gone, and the next case may need them.
func awaitRest(group int) (killed int) {
	for deadline := time.Now().Add(dying); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		more, left := reap(group)
		killed += more
		if !left {
			break
		}
	}
	return killed
}

// reap reaps the processes of a group that have ended and are children of this process. It
// returns how many of them were killed, and whether any has not ended.
func reap(group int) (killed int, left bool) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-group, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil: // ECHILD: nobody is left
			return killed, false
		case pid == 0:
			return killed, true
		case status.Signal() == syscall.SIGKILL:
			killed++
		}
	}
}

// awaitEnd returns when pid has ended, and leaves it unreaped. Whenever pid is stopped at its
// terminal, this process stops too.
func awaitEnd(pid int, terminal *os.File) error {
	what := unix.WEXITED
	if terminal != nil {
		what |= unix.WSTOPPED
	}
	for {
		code, err := waitid(pid, what|unix.WNOWAIT)
		if err != nil || code != childStopped {
			return err
		}
		_, _ = waitid(pid, unix.WSTOPPED|unix.WNOHANG) // or it would be reported again
		suspendWith(pid, terminal)
	}
}

// childStopped is the code of a child that was stopped: CLD_STOPPED of
// sigaction(2).
const childStopped = 5

// waitid waits until the state of a child changes, and returns the code.
func waitid(pid, what int) (code int32, err error) {
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, what, nil)
		if !errors.Is(err, unix.EINTR) {
			return info.Code, os.NewSyscallError("waitid", err)
		}
	}
}
