package engine_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// rates says that db has a rate; the locker knows which.
var rates = map[string]group.Rate{db: {Starts: 1, Window: time.Minute}}

// newRatedLocker returns a locker in which db has a rate of two starts a minute.
func newRatedLocker(capacity int) lock.Locker {
	return process.New([]group.Group{{Label: db, Definition: group.Definition{
		Capacity: capacity, Rate: group.Rate{Starts: 2, Window: time.Minute},
	}}})
}

// startTimes returns when each case started, from begin on, sorted.
func (r *recorder) startTimes(begin time.Time) []time.Duration {
	var times []time.Duration
	for _, e := range eventsOf[event.CaseStarted](r) {
		times = append(times, e.At.Sub(begin))
	}
	slices.Sort(times)
	return times
}

// A case that has to wait for a rate repeatedly takes long, however short it is, so it goes
// first.
func TestSlowRateGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cases := []schedule.Case{taking(10*time.Second, "long")}
		for _, name := range []string{"a", "b", "c"} {
			cases = append(cases, taking(time.Second, name, db))
		}
		begin := time.Now()
		options := engine.Options{Framework: takes(cases), Locker: newRatedLocker(1), Rates: rates, Workers: 1}
		got := run(t.Context(), options, cases...).started()
		if took := time.Since(begin); took > time.Minute+5*time.Second {
			t.Errorf("%v took %v, want all but the last case done while that waits for the rate", got, took)
		}
	})
}

// Every start counts: of cases in one batch, of cases that share the group, and of retries.
func TestEachStartCounts(t *testing.T) {
	for name, options := range map[string]engine.Options{
		"in parallel": {Workers: 4},
		"one batch":   {Workers: 0, Batches: true},
		"one by one":  {Workers: 0},
		"batches":     {Workers: 4, Batches: true, Capacity: map[string]int{db: 1}},
	} {
		for _, mode := range []group.Mode{group.Exclusive, group.Shared} {
			t.Run(name+" "+mode.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var cases []schedule.Case
					for _, name := range []string{"a", "b", "c", "d"} {
						c := newCase(name, db)
						c.Needs[0].Mode, c.Setup = mode, "the same"
						cases = append(cases, c)
					}
					options.Framework, options.Locker, options.Rates = passAfter(time.Second), newRatedLocker(1), rates
					begin := time.Now()
					times := run(t.Context(), options, cases...).startTimes(begin)
					if len(times) != 4 || times[2]-times[0] < time.Minute || times[3]-times[1] < time.Minute {
						t.Errorf("started at %v, want at most two in a minute", times)
					}
				})
			})
		}
	}
}

// A case that gets its turn when no worker is free gives it back, and that is not a start that it
// has to wait for again.
func TestTurnThatIsGivenBackIsNoStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		uneven := framework(func(ctx context.Context, name string) event.Outcome {
			return passAfter(map[string]time.Duration{"free": 100 * time.Second}[name])(ctx, name)
		})
		locker := process.New([]group.Group{{Label: db, Definition: group.Definition{
			Capacity: 3, Rate: group.Rate{Starts: 1, Window: time.Minute},
		}}})
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: uneven, Locker: locker, Workers: 1, Rates: rates, InOrder: true},
			newCase("a", db), newCase("b", db), newCase("free"))
		// b could have started after a minute, but the worker had begun something else.
		if times := r.startTimes(begin); !slices.Equal(times, []time.Duration{0, 0, 100 * time.Second}) {
			t.Errorf("started at %v", times)
		}
	})
}

// beginning is a framework whose process begins some time after its case has
// started.
type beginning struct{ after time.Duration }

func (b beginning) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	report.Started(batch.Cases[0])
	time.Sleep(b.after)
	event.Begun(report)
	time.Sleep(time.Second)
	report.Finished(batch.Cases[0], event.Result{})
	return nil
}

// What counts is when a process begins.
func TestStartCountsWhenItsProcessBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: beginning{20 * time.Second}, Locker: newRatedLocker(1), Rates: rates, Workers: 1},
			newCase("a", db), newCase("b", db), newCase("c", db))
		if times := r.startTimes(begin); !slices.Equal(times, []time.Duration{0, 21 * time.Second, 81200 * time.Millisecond}) {
			t.Errorf("started at %v", times)
		}
	})
}

// A case that has given its groups back repeatedly waits with its worker, so that it starts when
// it is counted.
func TestRatedCaseDoesNotWaitForAWorkerInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A request waits a second, while the only worker begins something else.
		plain := newRatedLocker(1)
		locker := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			if len(needs) > 0 {
				lock.Waiting(ctx, db)
				time.Sleep(time.Second)
			}
			return plain.Acquire(ctx, needs)
		})
		var granted, started time.Time
		noting := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			held, err := locker.Acquire(ctx, needs)
			granted = time.Now()
			return held, err
		})
		cases := []schedule.Case{newCase("rated", db)}
		for i := range 20 {
			cases = append(cases, newCase(fmt.Sprint("free", i)))
		}
		framework := framework(func(ctx context.Context, name string) event.Outcome {
			if name == "rated" {
				started = time.Now()
			}
			return passAfter(10*time.Second)(ctx, name)
		})
		run(t.Context(), engine.Options{Framework: framework, Locker: noting, Workers: 1, Rates: rates, InOrder: true}, cases...)
		if started.IsZero() || !started.Equal(granted) {
			t.Errorf("granted at %v and started %v later", granted, started.Sub(granted))
		}
	})
}
