package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// hanging is a framework in which the named cases hang until they are stopped,
// and the others take a second.
func hanging(names ...string) framework {
	return func(ctx context.Context, name string) event.Outcome {
		if slices.Contains(names, name) {
			return passAfter(time.Hour)(ctx, name)
		}
		return passAfter(time.Second)(ctx, name)
	}
}

func TestCaseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1, 3} {
			r := run(t.Context(), engine.Options{
				Framework: hanging("b"), Locker: newLocker(), Workers: workers, CaseTimeout: 5 * time.Second,
			}, newCase("a"), newCase("b"), newCase("c"))
			o := r.wantOutcome(t, "b", event.Errored, event.TypeTimeout)
			if want := "timed out: b ran for longer than its timeout of 5s"; o.Message != want {
				t.Errorf("the message is %q, want %q", o.Message, want)
			}
			if ran := r.finished(t, "b").Ran; ran != 5*time.Second {
				t.Errorf("it ran for %v", ran)
			}
			r.wantOutcome(t, "a", event.Passed, "")
			r.wantOutcome(t, "c", event.Passed, "")
		}
	})
}

// A case's clock starts when it holds its groups.
func TestWaitingIsNoPartOfTheCaseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		time.AfterFunc(time.Hour, occupy(t, locker, db))
		r := run(t.Context(), engine.Options{
			Framework: passAfter(4 * time.Second), Locker: locker, Workers: 1, CaseTimeout: 5 * time.Second,
		}, newCase("a", db))
		r.wantOutcome(t, "a", event.Passed, "")
	})
}

// If a case takes too long, only that case of its process is stopped for good: the cases that ran
// beside it, and those after it, run again.
func TestCaseTimeoutInABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung := false
		f := &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
			if hung {
				return passAfter(time.Second).Run(ctx, event.Batch{Cases: batch}, report)
			}
			hung = true
			report.Started(batch[0])
			report.Paused(batch[0]) // so its clock stands
			report.Started(batch[1])
			time.Sleep(2 * time.Second)
			report.Started(batch[2])
			<-ctx.Done()
			part := batch[2]
			part.Sub = "part"
			for _, c := range append([]event.Case{part}, batch[:3]...) {
				report.Finished(c, event.Result{Outcome: event.Outcome{Status: event.Failed, Message: "killed"}})
			}
			return [][]event.Case{batch[3:]}
		}}
		r := run(t.Context(), engine.Options{
			Framework: f, Locker: newLocker(), Batches: true, CaseTimeout: 5 * time.Second,
		}, numbered(5)...)
		r.wantOutcome(t, "1", event.Errored, event.TypeTimeout)
		for _, name := range []string{"0", "2", "3", "4"} {
			r.wantOutcome(t, name, event.Passed, "")
		}
		if want := [][]string{{"0", "1", "2", "3", "4"}, {"3", "4"}, {"0", "2"}}; !slices.EqualFunc(f.batches, want, slices.Equal) {
			t.Errorf("the batches are %v, want %v", f.batches, want)
		}
	})
}

// A case that was paused continues with the rest of its time.
func TestPausesAreNoPartOfTheCaseTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		f := &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
			report.Started(batch[0])
			time.Sleep(3 * time.Second)
			report.Paused(batch[0])
			time.Sleep(time.Hour)
			report.Resumed(batch[0])
			<-ctx.Done()
			report.Finished(batch[0], event.Result{Outcome: event.Outcome{Status: event.Failed}})
			return nil
		}}
		r := run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), CaseTimeout: 5 * time.Second}, newCase("a"))
		if o := r.finished(t, "a"); o.Outcome.Type != event.TypeTimeout || o.At.Sub(begin) != time.Hour+5*time.Second {
			t.Errorf("got %+v", o)
		}
	})
}

// A case that ends in time is not stopped, whatever its process does afterwards.
func TestTimeAfterTheLastCaseCountsForNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
			passAfter(time.Second).Run(ctx, event.Batch{Cases: batch}, report)
			time.Sleep(time.Hour)
			if ctx.Err() != nil {
				t.Errorf("stopped: %v", context.Cause(ctx))
			}
			return nil
		}}
		r := run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), CaseTimeout: 5 * time.Second}, newCase("a"))
		if o := r.finished(t, "a").Outcome; o.Bad() || strings.Contains(o.Message, "stopped") {
			t.Errorf("got %+v", o)
		}
	})
}
