package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// flaky is a framework in which each case fails as often as it says, after a
// second, and then passes.
func flaky(failures map[string]int) framework {
	var mu sync.Mutex
	return func(ctx context.Context, name string) event.Outcome {
		mu.Lock()
		left := failures[name]
		failures[name]--
		mu.Unlock()
		if o := passAfter(time.Second)(ctx, name); o.Bad() || left <= 0 {
			return o
		}
		return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: "exit code 1", ExitCode: 1}
	}
}

func retries(perCase int) engine.Retries {
	return engine.Retries{PerCase: perCase, Budget: 100, Delay: time.Second, MaxDelay: 10 * time.Second}
}

func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1, 3} {
			for _, batches := range []bool{false, true} {
				r := run(t.Context(), engine.Options{
					Framework: flaky(map[string]int{"b": 2, "c": 3, "d": 1}), Locker: newLocker(db), Workers: workers,
					Batches: batches, Retries: retries(2),
				}, newCase("a"), newCase("b", db), newCase("c"), newCase("d"))
				for name, attempt := range map[string]int{"a": 1, "b": 3, "c": 3, "d": 2} {
					e := r.finished(t, name)
					if e.Attempt != attempt || e.Outcome.Bad() != (name == "c") {
						t.Errorf("%d workers: %s: got %+v, want attempt %d", workers, name, e, attempt)
					}
				}
				if n := len(eventsOf[event.CaseRetried](r)); n != 5 {
					t.Errorf("%d workers: %d retries", workers, n)
				}
				if n := len(eventsOf[event.CaseFinished](r)); n != 4 {
					t.Errorf("%d workers: %d cases finished", workers, n)
				}
			}
		}
	})
}

// While a case rests, others have its groups and its worker.
func TestRestingCaseHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{
			Framework: flaky(map[string]int{"a": 1}), Locker: newLocker(db), Workers: 1,
			Retries: engine.Retries{PerCase: 1, Budget: 1, Delay: time.Hour, MaxDelay: time.Hour},
		}, newCase("a", db), newCase("b", db))
		if e := r.finished(t, "b"); e.Waited != 0 || e.Ran != time.Second {
			t.Errorf("got %+v", e)
		}
		if got := strings.Join(r.started(), " "); got != "a b a" {
			t.Errorf("started: %s", got)
		}
	})
}

// The delays double up to the longest, and at most half of each is left out.
func TestDelaysGrowAndVary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			r := run(t.Context(), engine.Options{
				Framework: failing(0, "a"), Locker: newLocker(), Workers: 1,
				Retries: engine.Retries{PerCase: 5, Budget: 5, Delay: time.Second, MaxDelay: 5 * time.Second},
			}, newCase("a"))
			for i, e := range eventsOf[event.CaseRetried](r) {
				longest := []time.Duration{1, 2, 4, 5, 5}[i] * time.Second
				if e.Delay < longest/2 || e.Delay > longest || e.Attempt != i+1 {
					t.Errorf("attempt %d rests for %v, want up to %v", e.Attempt, e.Delay, longest)
				}
				seen[e.Delay] = true
			}
		}
		if len(seen) < 50 {
			t.Errorf("there are only %d different delays", len(seen))
		}
	})
}

func TestBudgetOfRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := retries(3)
		rules.Budget = 2
		r := run(t.Context(), engine.Options{
			Framework: failing(time.Second, "0", "1", "2"), Locker: newLocker(), Workers: 2, Retries: rules,
		}, numbered(4)...)
		if n := len(eventsOf[event.CaseRetried](r)); n != 2 {
			t.Errorf("%d retries", n)
		}
		if n := len(eventsOf[event.CaseFinished](r)); n != 4 {
			t.Errorf("%d cases finished", n)
		}
	})
}

func TestFlakyCasesMayFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rules := retries(3)
		rules.FlakyFails = true
		r := run(t.Context(), engine.Options{
			Framework: flaky(map[string]int{"a": 1}), Locker: newLocker(), Workers: 1, Retries: rules,
		}, newCase("a"), newCase("b"))
		o := r.wantOutcome(t, "a", event.Failed, event.TypeFlaky)
		if want := "passed only in attempt 2, and a flaky case fails"; o.Message != want {
			t.Errorf("the message is %q", o.Message)
		}
		r.wantOutcome(t, "b", event.Passed, "")
	})
}

// A case that is waiting for a retry when the run ends keeps its earlier outcome.
func TestRunEndsWhileACaseRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 2} {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, timeIsUp{})
			begin := time.Now()
			r := run(ctx, engine.Options{
				Framework: failing(time.Second, "a"), Locker: newLocker(), Workers: workers,
				Retries: engine.Retries{PerCase: 1, Budget: 1, Delay: time.Hour, MaxDelay: time.Hour},
			}, newCase("a"))
			o := r.wantOutcome(t, "a", event.Failed, event.TypeExit)
			if !strings.HasPrefix(o.Message, "exit code 1 (again: not run: ") || time.Since(begin) != 5*time.Second {
				t.Errorf("got %+v after %v", o, time.Since(begin))
			}
			cancel()
		}
	})
}

// Only the last attempt makes a case bad.
func TestMaxFailCountsCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), engine.Options{
			Framework: flaky(map[string]int{"0": 1, "1": 2, "2": 2}), Locker: newLocker(), Workers: 1, MaxFail: 2,
			Retries: engine.Retries{PerCase: 1, Budget: 9},
		}, numbered(5)...)
		r.wantOutcome(t, "0", event.Passed, "")
		r.wantOutcome(t, "1", event.Failed, event.TypeExit)
		r.wantOutcome(t, "2", event.Failed, event.TypeExit)
		o := r.wantOutcome(t, "4", event.Skipped, event.TypeFailFast)
		if want := "not run: 2 earlier cases were bad, and that is the most for this test"; o.Message != want {
			t.Errorf("the message is %q", o.Message)
		}
	})
}

func TestCaseThatTakesTooLongIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		f := framework(func(ctx context.Context, name string) event.Outcome {
			if first {
				first = false
				return passAfter(time.Hour)(ctx, name)
			}
			return event.Outcome{}
		})
		r := run(t.Context(), engine.Options{
			Framework: f, Locker: newLocker(), Workers: 1, CaseTimeout: time.Second, Retries: retries(1),
		}, newCase("a"))
		r.wantOutcome(t, "a", event.Passed, "")
		if e := eventsOf[event.CaseRetried](r); len(e) != 1 || e[0].Outcome.Type != event.TypeTimeout {
			t.Errorf("got %+v", e)
		}
	})
}
