package engine_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
)

func TestWithoutWorkersCasesRunInTheOrderGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: newLocker(db)},
			newCase("c"), newCase("a", db), newCase("b"))
		if got := r.started(); !slices.Equal(got, []string{"c", "a", "b"}) {
			t.Errorf("started in the order %v", got)
		}
		for i, e := range eventsOf[event.CaseFinished](r) {
			if want := r.events[0].(event.RunStarted).At.Add(time.Duration(i+1) * time.Second); !e.At.Equal(want) {
				t.Errorf("%s finished at %v, want %v", e.Case.Name, e.At, want)
			}
		}
	})
}

func TestFirstAndLastEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 2} {
			r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: newLocker(), Workers: workers},
				newCase("b"), newCase("a"))
			first, ok := r.events[0].(event.RunStarted)
			if want := []event.Case{newCase("b").Case, newCase("a").Case}; !ok || !slices.Equal(first.Cases, want) {
				t.Errorf("the first event is %+v", r.events[0])
			}
			if last := r.events[len(r.events)-1]; last != (event.RunFinished{At: time.Now()}) {
				t.Errorf("the last event is %+v", last)
			}
		}
	})
}

func TestNoCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 3} {
			if r := run(t.Context(), engine.Options{Workers: workers}); len(r.events) != 2 {
				t.Errorf("got %v", r.events)
			}
		}
	})
}

func TestWorkersBoundHowManyRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		counting := framework(func(ctx context.Context, name string) event.Outcome {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			return passAfter(time.Second)(ctx, name)
		})
		begin := time.Now()
		run(t.Context(), engine.Options{Framework: counting, Locker: newLocker(), Workers: 3},
			newCase("a"), newCase("b"), newCase("c"), newCase("d"), newCase("e"), newCase("f"), newCase("g"))
		if took := time.Since(begin); most.Load() != 3 || took != 3*time.Second {
			t.Errorf("%d at once, in %v; want 3, in 3 s", most.Load(), took)
		}
	})
}

// Two of three cases wait for what the first holds; the one worker that is left runs everything
// else meanwhile.
func TestWaitingCaseOccupiesNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		release := occupy(t, locker, db)
		time.AfterFunc(time.Minute, release)
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: 1},
			newCase("x", db), newCase("y", db), newCase("free1"), newCase("free2"))
		if got := r.started(); !slices.Equal(got[:2], []string{"free1", "free2"}) {
			t.Errorf("started in the order %v", got)
		}
		if at := r.finished(t, "free2").At.Sub(begin); at != 2*time.Second {
			t.Errorf("free2 finished after %v", at)
		}
		if took := time.Since(begin); took != time.Minute+2*time.Second {
			t.Errorf("everything took %v", took)
		}
	})
}

// Others may wait for what a case holds, so it goes before one that holds nothing.
func TestCaseThatHoldsGroupsGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		time.AfterFunc(500*time.Millisecond, occupy(t, locker, db))
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: 1},
			newCase("a"), newCase("b"), newCase("c"), newCase("holder", db))
		if got := r.started(); !slices.Equal(got, []string{"a", "holder", "b", "c"}) {
			t.Errorf("started in the order %v", got)
		}
	})
}
