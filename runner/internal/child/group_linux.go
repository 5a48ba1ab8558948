package child

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup makes the child the leader of a new process group, and makes it die
// with this process even if that is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// waitAndKillRest waits until cmd has ended, calls ended, and kills what is
// left of its process group.
//
// Until then it leaves cmd unreaped: a zombie keeps its number, so that no
// signal can hit a stranger who got the number next.
func waitAndKillRest(cmd *exec.Cmd, ended func()) error {
	err := awaitEnd(cmd.Process.Pid)
	ended()
	killGroup(cmd.Process.Pid)
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	return err
}

// awaitEnd returns when pid has ended, and leaves it to be reaped.
func awaitEnd(pid int) error {
	for {
		err := unix.Waitid(unix.P_PID, pid, &unix.Siginfo{}, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("waitid", err)
		}
	}
}
