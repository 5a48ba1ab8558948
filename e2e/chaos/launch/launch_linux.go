package launch

import (
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Process is a process under way.
type Process struct {
	// From is when it was started, for the log.
	From caselog.Instant

	begun  time.Time
	cmd    *exec.Cmd
	exited chan struct{}
	until  caselog.Instant

	killed, hung atomic.Bool
}

// Start starts a command whose output goes to a file, which is closed at its end.
func Start(cmd *exec.Cmd, output *os.File) (*Process, error) {
	p := &Process{begun: time.Now(), From: caselog.Now(), cmd: cmd, exited: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = output, output
	// Nothing survives a harness that is itself killed. The process has a group of its own, as
	// Bazel gives one to a runner, because all processes of a group get SIGHUP if a shell ends
	// while one of them is stopped (setpgid(2)).
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	go func() {
		// The kernel sends that signal when the thread that made the child ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = output.Close() }()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			p.until = caselog.Now()
			close(p.exited)
		}
	}()
	return p, <-started
}

// Age is the time since it was started.
func (p *Process) Age() time.Duration { return time.Since(p.begun) }

// PID is its number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Exited is closed when it has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Ended reports whether it has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// Until is when a process that has ended was seen to have ended.
func (p *Process) Until() caselog.Instant { return p.until }

// ExitCode is that of a process that has ended.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// Killed reports whether Signal has killed it.
func (p *Process) Killed() bool { return p.killed.Load() }

// Hung reports whether it did not end in time.
func (p *Process) Hung() bool { return p.hung.Load() }

// Signal reports whether the process was there to receive a signal.
func (p *Process) Signal(s syscall.Signal) bool {
	if s == syscall.SIGKILL {
		p.killed.Store(true)
	}
	return p.cmd.Process.Signal(s) == nil
}

// AwaitEnd waits for its end. A Go program that does not end has to dump its stacks.
func (p *Process) AwaitEnd(patience time.Duration) {
	select {
	case <-p.exited:
		return
	case <-time.After(patience):
	}
	p.hung.Store(true)
	for _, s := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		_ = p.cmd.Process.Signal(s)
		select {
		case <-p.exited:
			return
		case <-time.After(10 * time.Second):
		}
	}
}
