//go:build unix

package app

import (
	"syscall"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// untilStopped is a script that says when it runs, and when it was asked to end.
const untilStopped = `trap 'echo asked >&9; exit 0' TERM
exec 9> "$LIFELINE"; echo running >&9; while :; do sleep 0.05; done`

func startUntilStopped(t *testing.T, change func(*target)) (*runner, *pipetest.Lifeline) {
	t.Helper()
	x, lifeline := newTarget(t, untilStopped), pipetest.NewLifeline(t)
	x.vars["LIFELINE"] = lifeline.Path
	change(x)
	r := x.start()
	if line := lifeline.Line(); line != "running" {
		t.Fatalf("the program says %q", line)
	}
	return r, lifeline
}

func TestDeadlineWhileRunning(t *testing.T) {
	t.Parallel()
	r, lifeline := startUntilStopped(t, func(x *target) { x.vars["TEST_TIMEOUT"] = "3" })
	r.wantExit(124)
	r.wantError("timeout", "timed out: the test's time is up", "TEST_TIMEOUT is 3s")
	lifeline.AwaitGone()
}

func TestRunningBudget(t *testing.T) {
	t.Parallel()
	r, lifeline := startUntilStopped(t, func(x *target) { x.manifest["running_budget_seconds"] = 1 })
	if line := lifeline.Line(); line != "asked" {
		t.Errorf("the program says %q", line)
	}
	r.wantExit(124)
	r.wantError("timeout", "timed out: the cases of //pkg:x_test ran for longer than its size or timeout allows (1 s; waiting does not count)",
		"hint: set a longer size or timeout")
	lifeline.AwaitGone()
}

func TestSignalsThatEndTheRunner(t *testing.T) {
	t.Parallel()
	for s, want := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130, syscall.SIGHUP: 129} {
		r, lifeline := startUntilStopped(t, func(*target) {})
		r.signal(s)
		if line := lifeline.Line(); line != "asked" {
			t.Errorf("%v: the program says %q", s, line)
		}
		r.wantExit(want)
		r.wantError("interrupted", "stopped: the test was told to stop (signal: "+s.String()+")")
		if _, exists := r.read("premature"); exists {
			t.Errorf("%v: this is an orderly end", s)
		}
		lifeline.AwaitGone()
	}
}

// If Bazel or the kernel kills the runner, what is left of it tells the truth, and nothing
// continues.
func TestKilledRunner(t *testing.T) {
	t.Parallel()
	r, lifeline := startUntilStopped(t, func(*target) {})
	r.kill()
	r.wantError("unfinished", "not finished when this report was written")
	if _, exists := r.read("premature"); !exists {
		t.Error("the premature-exit file is gone")
	}
	lifeline.AwaitGone()
}

func TestOtherSignalsArePassedOn(t *testing.T) {
	t.Parallel()
	x, lifeline := newTarget(t, `trap 'echo caught >&9; exit 0' USR1
exec 9> "$LIFELINE"; echo running >&9; while :; do sleep 0.05; done`), pipetest.NewLifeline(t)
	x.vars["LIFELINE"] = lifeline.Path
	r := x.start()
	lifeline.Line()
	r.signal(syscall.SIGUSR1)
	if line := lifeline.Line(); line != "caught" {
		t.Errorf("the program says %q", line)
	}
	r.wantExit(0)
}
