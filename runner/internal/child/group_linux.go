package child

import "syscall"

// ownGroup makes the child the leader of a new process group, which dies with
// this process even if that is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
