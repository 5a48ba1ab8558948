//go:build unix

package etcdtest

import "syscall"

// Stop stops the member's process (SIGSTOP), until Continue. On Linux it stands
// still when Stop returns.
func (m *Member) Stop() { m.signal(syscall.SIGSTOP) }

// Continue lets a stopped member continue.
func (m *Member) Continue() { m.signal(syscall.SIGCONT) }

func (m *Member) signal(s syscall.Signal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process.running() {
		_ = m.process.cmd.Process.Signal(s)
		if s == syscall.SIGSTOP {
			awaitStop(m.process.cmd.Process.Pid)
		}
	}
}
