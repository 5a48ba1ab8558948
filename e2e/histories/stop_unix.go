//go:build unix

package histories

import "syscall"

// stop and cont do nothing to a dead process.
func (p *process) stop() { _ = p.cmd.Process.Signal(syscall.SIGSTOP) }
func (p *process) cont() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }
