package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

func (r *recorder) wantWaited(t *testing.T, want map[string]time.Duration) {
	t.Helper()
	for name, want := range want {
		if got := r.finished(t, name).Waited; got != want {
			t.Errorf("%s waited %v, want %v", name, got, want)
		}
	}
}

// What a case queues behind the cases of its own test is a wait.
func TestWaitBehindOwnCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{1, 3} {
			r := run(t.Context(), engine.Options{
				Framework: passAfter(10 * time.Second), Locker: newLocker(db), Capacity: map[string]int{db: 1}, Workers: workers, InOrder: true,
			}, newCase("a", db), newCase("b", db), newCase("c", db))
			r.wantWaited(t, map[string]time.Duration{"a": 0, "b": 10 * time.Second, "c": 20 * time.Second})
		}
	})
}

// A case whose group has room is queued for lack of a worker, and does not wait.
func TestLackOfAWorkerIsNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{
			Framework: passAfter(10 * time.Second), Locker: newLocker(db, port), Capacity: map[string]int{db: 1, port: 1}, Workers: 1, InOrder: true,
		}, newCase("a", db), newCase("b", port), newCase("free"))
		r.wantWaited(t, map[string]time.Duration{"a": 0, "b": 0, "free": 0})
	})
}

// While a test waits for others, all of its cases do that want the same.
func TestWaitBehindOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		time.AfterFunc(5*time.Second, occupy(t, locker, db))
		r := run(t.Context(), engine.Options{
			Framework: passAfter(10 * time.Second), Locker: inspected{locker, map[string][]lock.User{db: {{Target: "//b:t", Case: "Y", Since: time.Now()}}}},
			Capacity: map[string]int{db: 1}, Workers: 2, InOrder: true,
		}, newCase("a", db), newCase("b", db))
		r.wantWaited(t, map[string]time.Duration{"a": 5 * time.Second, "b": 15 * time.Second})
		a, b := eventsOf[event.CaseStarted](r)[0], eventsOf[event.CaseStarted](r)[1]
		h := a.Turn.Held[0]
		if h.After != "Y of //b:t" || h.Acquired.Sub(h.Since) != 5*time.Second || len(h.Units) != 1 || h.Group != db {
			t.Errorf("a holds %+v", h)
		}
		if a.Turn.Batch == b.Turn.Batch || !a.Turn.Queued.IsZero() || a.Turn.Asked.IsZero() {
			t.Errorf("turns %+v and %+v", a.Turn, b.Turn)
		}
		released := eventsOf[event.BatchReleased](r)
		if len(released) != 2 || released[0].Batch != a.Turn.Batch || !released[0].At.Equal(r.finished(t, "a").At) {
			t.Errorf("released %+v", released)
		}
	})
}

// A case that is retried waits from when it could start again.
func TestRetriedCaseIsQueuedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{
			Framework: failing(10*time.Second, "bad"), Locker: newLocker(db), Capacity: map[string]int{db: 1}, Workers: 2, InOrder: true,
			Retries: engine.Retries{PerCase: 1, Budget: 1, Delay: 4 * time.Second, MaxDelay: 4 * time.Second},
		}, newCase("bad", db), newCase("a", db))
		starts := eventsOf[event.CaseStarted](r)
		last := starts[len(starts)-1]
		if last.Case.Name != "bad" || last.At.Sub(last.Turn.Queued) != last.Waited || last.Waited < 5*time.Second || last.Waited > 10*time.Second {
			t.Errorf("got %+v, %+v", last, last.Turn)
		}
	})
}
