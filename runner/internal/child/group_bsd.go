//go:build unix && !linux

package child

import "syscall"

// ownGroup makes the child the leader of a new process group.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
