//go:build unix

package histories

import "syscall"

// stop and cont do nothing to one who is dead.
func (p *process) stop() { _ = p.cmd.Process.Signal(syscall.SIGSTOP) }
func (p *process) cont() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }
