package app

import (
	"context"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

func TestOwnDeadlineLiesBelowTheTimeout(t *testing.T) {
	started := time.Now()
	for timeout, want := range map[time.Duration]struct{ deadline, grace time.Duration }{
		2 * time.Second:    {1800 * time.Millisecond, 100 * time.Millisecond},
		60 * time.Second:   {54 * time.Second, 3 * time.Second},
		300 * time.Second:  {290 * time.Second, 5 * time.Second},
		3600 * time.Second: {3590 * time.Second, 5 * time.Second},
	} {
		l := limitsOf(bazelenv.Env{Timeout: timeout}, started, 0)
		if got := l.deadline.Sub(started); got != want.deadline || l.grace != want.grace {
			t.Errorf("timeout %v: deadline after %v, grace %v", timeout, got, l.grace)
		}
		if l.deadline.Add(l.grace).Sub(started) >= timeout {
			t.Errorf("timeout %v: the grace ends after it", timeout)
		}
	}
}

func TestNoTimeoutIsNoDeadline(t *testing.T) {
	l := limitsOf(bazelenv.Env{}, time.Now(), 0)
	ctx, stop := l.apply(context.Background())
	defer stop()
	if _, ok := ctx.Deadline(); ok || l.grace <= 0 {
		t.Errorf("got %+v", l)
	}
}

// As Bazel doubles a test's timeout under coverage.
func TestCoverageDoublesTheBudget(t *testing.T) {
	m := &manifest.Manifest{RunningBudgetSeconds: 60}
	if got := limitsOf(bazelenv.Env{}, time.Now(), 0).budget(m); got != time.Minute {
		t.Errorf("the budget is %v", got)
	}
	covered := bazelenv.Env{Coverage: bazelenv.Coverage{Dir: "/c"}}
	if got := limitsOf(covered, time.Now(), 0).budget(m); got != 2*time.Minute {
		t.Errorf("with coverage the budget is %v", got)
	}
}

func TestLabelsAreThoseThatPeopleKnow(t *testing.T) {
	for canonical, want := range map[string]string{
		"@@//pkg:x_test":     "//pkg:x_test",
		"@@rules_x+//pkg:db": "@@rules_x+//pkg:db",
		"//pkg:x_test":       "//pkg:x_test",
	} {
		if got := manifest.DisplayLabel(canonical); got != want {
			t.Errorf("%s: got %s", canonical, got)
		}
	}
}
