package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
)

func TestWaitingDoesNotUseUpTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 2} {
			locker := newLocker(db)
			time.AfterFunc(time.Hour, occupy(t, locker, db))
			r := run(t.Context(), engine.Options{Framework: passAfter(4 * time.Second), Locker: locker, Workers: workers, Budget: 10 * time.Second},
				newCase("a", db), newCase("b", db))
			r.wantOutcome(t, "a", event.Passed, "")
			r.wantOutcome(t, "b", event.Passed, "")
		}
	})
}

const tooLong = "the cases of //a:b_test ran for longer than its size or timeout allows (10 s; waiting does not count)\n" +
	"hint: set a longer size or timeout, or make its slowest cases faster"

func TestBudgetIsForAllCasesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{
			Framework: passAfter(4 * time.Second), Target: "//a:b_test", Locker: newLocker(), Budget: 10 * time.Second,
		}, newCase("a"), newCase("b"), newCase("c"), newCase("d"))
		r.wantOutcome(t, "a", event.Passed, "")
		r.wantOutcome(t, "b", event.Passed, "")
		o := r.wantOutcome(t, "c", event.Errored, event.TypeTimeout)
		if want := "timed out: " + tooLong; o.Message != want {
			t.Errorf("message %q, want %q", o.Message, want)
		}
		if f := r.finished(t, "c"); f.Ran != 2*time.Second {
			t.Errorf("c ran %v", f.Ran)
		}
		o = r.wantOutcome(t, "d", event.Errored, event.TypeTimeout)
		if want := "not run: " + tooLong; o.Message != want {
			t.Errorf("message %q, want %q", o.Message, want)
		}
	})
}

// Cases side by side use it up once.
func TestBudgetIsTimeOnTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{Framework: passAfter(9 * time.Second), Locker: newLocker(), Workers: 3, Budget: 10 * time.Second},
			newCase("a"), newCase("b"), newCase("c"))
		for _, name := range []string{"a", "b", "c"} {
			r.wantOutcome(t, name, event.Passed, "")
		}
	})
}

func TestNoBudgetIsNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{Framework: passAfter(1000 * time.Hour), Locker: newLocker()}, newCase("a"))
		r.wantOutcome(t, "a", event.Passed, "")
	})
}
