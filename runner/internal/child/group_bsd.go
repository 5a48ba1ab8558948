//go:build unix && !linux

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the child the leader of a new process group.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// waitAndKillRest waits until cmd has ended, calls ended, and kills what is
// left of its process group; it cannot say how much that is. Unlike on Linux cmd is reaped first, so its number
// is free for an instant, unless its group still has a member.
func waitAndKillRest(cmd *exec.Cmd, _ *os.File, ended func()) (killed int, err error) {
	err = cmd.Wait()
	ended()
	killGroup(cmd.Process.Pid)
	return 0, err
}
