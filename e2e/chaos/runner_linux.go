package main

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// runner is a runner under way.
type runner struct {
	name   string
	target *target
	cmd    *exec.Cmd
	begun  time.Time
	// from is when it was started, and until is when it was seen to have ended.
	from, until caselog.Instant
	exited      chan struct{}

	killed, hung atomic.Bool
}

// start starts a runner as Bazel does.
func start(name string, t *target, program string) (*runner, error) {
	output, err := os.Create(t.log())
	if err != nil {
		return nil, err
	}
	r := &runner{name: name, target: t, begun: time.Now(), from: caselog.Now(), exited: make(chan struct{})}
	r.cmd = exec.Command(program)
	r.cmd.Args = []string{t.executable()}
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = t.environ, output, output
	// Nothing survives a harness that is itself killed. The runner has a group of its own, as
	// Bazel gives it, because all processes of a group get SIGHUP if a shell ends while one of
	// them is stopped (setpgid(2)).
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	go func() {
		// The kernel sends that signal when the thread that made the child ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = output.Close() }()
		err := r.cmd.Start()
		started <- err
		if err == nil {
			_ = r.cmd.Wait()
			r.until = caselog.Now()
			close(r.exited)
		}
	}()
	return r, <-started
}

func (r *runner) ended() bool {
	select {
	case <-r.exited:
		return true
	default:
		return false
	}
}

// awaitEnd waits for the end of the runner. A runner that does not end has to dump its stacks to
// its log.
func (r *runner) awaitEnd(patience time.Duration) {
	select {
	case <-r.exited:
		return
	case <-time.After(patience):
	}
	r.hung.Store(true)
	for _, s := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		_ = r.cmd.Process.Signal(s)
		select {
		case <-r.exited:
			return
		case <-time.After(10 * time.Second):
		}
	}
}

// result returns the result of a runner that has ended.
func (r *runner) result() (check.Run, error) {
	report, err := os.ReadFile(r.target.report())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return check.Run{}, err
	}
	uses := map[string][]string{}
	for name, order := range r.target.orders {
		for _, u := range order.Uses {
			uses[name] = append(uses[name], u.Group)
		}
	}
	return check.Run{
		Groups: uses, Begun: r.from, Ended: r.until, Name: r.name, Cases: slices.Sorted(maps.Keys(r.target.orders)), Around: aroundGoCases, Killed: r.killed.Load(), Hung: r.hung.Load(),
		ExitCode: r.cmd.ProcessState.ExitCode(), Report: report,
	}, nil
}
