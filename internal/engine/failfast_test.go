package engine_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
)

func TestFailFastSkipsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1} {
			r := run(t.Context(), engine.Options{Framework: failing(time.Second, "b"), Locker: newLocker(db), Workers: workers, MaxFail: 1},
				newCase("a"), newCase("b"), newCase("c"), newCase("d"))
			r.wantOutcome(t, "a", event.Passed, "")
			r.wantOutcome(t, "b", event.Failed, event.TypeExit)
			r.wantOutcome(t, "c", event.Skipped, event.TypeFailFast)
			r.wantOutcome(t, "d", event.Skipped, event.TypeFailFast)
			if got := len(r.started()); got != 2 {
				t.Errorf("%d cases started", got)
			}
		}
	})
}

func TestWithoutFailFastTheRestRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{Framework: failing(time.Second, "a"), Locker: newLocker()}, newCase("a"), newCase("b"))
		r.wantOutcome(t, "a", event.Failed, event.TypeExit)
		r.wantOutcome(t, "b", event.Passed, "")
	})
}

// What another process holds may not be free for hours: a case that would not run anyway no
// longer waits for it.
func TestFailFastEndsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		time.AfterFunc(time.Hour, occupy(t, locker, db))
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: failing(time.Second, "bad"), Locker: locker, Workers: 2, MaxFail: 1},
			newCase("waiting", db), newCase("bad"))
		r.wantOutcome(t, "waiting", event.Skipped, event.TypeFailFast)
		if took := time.Since(begin); took != 0 {
			t.Errorf("it took %v", took)
		}
		time.Sleep(2 * time.Hour) // lets the occupant go
	})
}

func TestFailFastLetsRunningCasesGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soon := framework(func(ctx context.Context, name string) event.Outcome {
			time.Sleep(time.Millisecond) // lets both start
			return failing(time.Second, "bad")(ctx, name)
		})
		r := run(t.Context(), engine.Options{Framework: soon, Locker: newLocker(), Workers: 2, MaxFail: 1},
			newCase("running"), newCase("bad"), newCase("rest"))
		r.wantOutcome(t, "running", event.Passed, "")
		r.wantOutcome(t, "rest", event.Skipped, event.TypeFailFast)
	})
}

// A run that is stopped is not a fail-fast: the rest was not left out on purpose.
func TestStopIsNoFailFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, timeIsUp{})
		defer cancel()
		r := run(ctx, engine.Options{Framework: passAfter(time.Hour), Locker: newLocker(), Workers: 1, MaxFail: 1}, newCase("a"), newCase("b"))
		r.wantOutcome(t, "a", event.Errored, event.TypeTimeout)
		r.wantOutcome(t, "b", event.Errored, event.TypeTimeout)
	})
}
