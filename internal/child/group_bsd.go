//go:build unix && !linux

package child

import (
	"os"
	"syscall"
)

// ownGroup makes the child the leader of a new process group.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// waitAndKillRest waits until the program has ended, calls ended, and kills what is left of its
// process group; it cannot report how much that is. Unlike on Linux it reaps the program first,
// so the program's number is free for an instant, unless its group still has a member.
func (p *program) waitAndKillRest(_ *os.File, ended func()) (left leftovers, err error) {
	err = p.Wait()
	ended()
	killGroup(p.pid())
	return leftovers{}, err
}
