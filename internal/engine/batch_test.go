package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
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

// batchFramework runs a batch by calling it, one call after another's start,
// and keeps the names in each batch.
type batchFramework struct {
	run func(ctx context.Context, batch []event.Case, report event.Report) (again [][]event.Case)

	mu      sync.Mutex
	batches [][]string
}

func (f *batchFramework) Run(ctx context.Context, batch event.Batch, report event.Report) [][]event.Case {
	var names []string
	for _, c := range batch.Cases {
		names = append(names, c.Name)
	}
	f.mu.Lock()
	f.batches = append(f.batches, names)
	f.mu.Unlock()
	return f.run(ctx, batch.Cases, report)
}

// each is a process in which every case takes d.
func each(d time.Duration) *batchFramework {
	return &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
		return passAfter(d).Run(ctx, event.Batch{Cases: batch}, report)
	}}
}

// crashing is a process that ends before the named case has a result. That case then runs alone,
// and the cases after it run in one process.
func crashing(name string) *batchFramework {
	return &batchFramework{run: func(_ context.Context, batch []event.Case, report event.Report) (again [][]event.Case) {
		for i, c := range batch {
			report.Started(c)
			if c.Name == name && len(batch) > 1 {
				again = [][]event.Case{batch[i : i+1]}
				if i+1 < len(batch) {
					again = append(again, batch[i+1:])
				}
				return again
			}
			report.Finished(c, event.Result{})
		}
		return nil
	}}
}

func numbered(n int, groups ...string) []schedule.Case {
	var cases []schedule.Case
	for i := range n {
		cases = append(cases, newCase(fmt.Sprint(i), groups...))
	}
	return cases
}

func TestWithoutWorkersThereIsOneBatchThatHoldsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []group.Need
		inner := newLocker(db, port)
		locker := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			asked = append(asked, needs...)
			return inner.Acquire(ctx, needs)
		})
		f := each(time.Second)
		r := run(t.Context(), engine.Options{Framework: f, Locker: locker, Batches: true},
			newCase("c"), newCase("a", db), newCase("b", port, db))
		if len(f.batches) != 1 || !slices.Equal(f.batches[0], []string{"c", "a", "b"}) {
			t.Errorf("the batches are %v", f.batches)
		}
		if want := group.Canonical([]group.Need{{Group: db, Weight: 1}, {Group: port, Weight: 1}}); !slices.Equal(asked, want) {
			t.Errorf("it holds %v, want %v", asked, want)
		}
		if len(eventsOf[event.CaseFinished](r)) != 3 {
			t.Errorf("got %v", r.events)
		}
	})
}

// Others may wait for what a case holds: it does not wait for a batch.
func TestCasesThatHoldGroupsGoAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := each(time.Second)
		run(t.Context(), engine.Options{Framework: f, Locker: newLocker(db, port), Workers: 2, Batches: true},
			append(numbered(4, db), append(numbered(4, port), numbered(9)...)...)...)
		alone := 0
		for _, batch := range f.batches {
			if len(batch) == 1 {
				alone++
			}
		}
		if alone < 8 {
			t.Errorf("the batches are %v", f.batches)
		}
	})
}

func TestCasesOfAProcessThatEndsRunAgain(t *testing.T) {
	for _, workers := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			f := crashing("3")
			r := run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), Workers: workers, Batches: true}, numbered(9)...)
			for i := range 9 {
				if r.finished(t, fmt.Sprint(i)).Outcome.Bad() {
					t.Errorf("%d is bad", i)
				}
			}
			if n := len(eventsOf[event.CaseFinished](r)); n != 9 {
				t.Errorf("%d workers: %d cases finished", workers, n)
			}
			if !slices.ContainsFunc(f.batches, func(b []string) bool { return slices.Equal(b, []string{"3"}) }) {
				t.Errorf("%d workers: the batches are %v", workers, f.batches)
			}
		})
	}
}

func TestCaseThatTheFrameworkLoses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		losing := &batchFramework{run: func(_ context.Context, batch []event.Case, report event.Report) [][]event.Case {
			report.Finished(batch[0], event.Result{})
			return nil
		}}
		r := run(t.Context(), engine.Options{Framework: losing, Locker: newLocker(), Batches: true}, numbered(3)...)
		r.wantOutcome(t, "0", event.Passed, "")
		r.wantOutcome(t, "1", event.Errored, event.TypeInfrastructure)
		r.wantOutcome(t, "2", event.Errored, event.TypeInfrastructure)
	})
}

// A result of something that is not a case is passed on, and does not hide a lost case.
func TestResultsThatAreNoCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &batchFramework{run: func(_ context.Context, batch []event.Case, report event.Report) [][]event.Case {
			part := batch[0]
			part.Sub = "part"
			report.Finished(part, event.Result{})
			report.Finished(event.Case{Name: "around", Process: true}, event.Result{Outcome: event.Outcome{Status: event.Failed}})
			return nil
		}}
		r := run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), Batches: true}, newCase("x"))
		r.wantOutcome(t, "around", event.Failed, "")
		all := eventsOf[event.CaseFinished](r)
		if last := all[len(all)-1]; len(all) != 3 || last.Case.Sub != "" || last.Outcome.Type != event.TypeInfrastructure {
			t.Errorf("got %+v", all)
		}
	})
}

func TestStoppedProcessRunsNothingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
			report.Started(batch[0])
			time.AfterFunc(time.Second, cancel)
			<-ctx.Done()
			report.Finished(batch[0], event.Result{Outcome: event.Outcome{Status: event.Failed, Message: "its words"}})
			return [][]event.Case{batch[1:]}
		}}
		r := run(ctx, engine.Options{Framework: f, Locker: newLocker(), Batches: true}, numbered(3)...)
		if o := r.wantOutcome(t, "0", event.Errored, event.TypeInterrupted); o.Message != "stopped: context canceled (its words)" {
			t.Errorf("the message is %q", o.Message)
		}
		r.wantOutcome(t, "2", event.Errored, event.TypeInterrupted)
		if len(f.batches) != 1 {
			t.Errorf("the batches are %v", f.batches)
		}
	})
}

// A worker that takes a batch is not back soon: first, as many cases start as can hold the group
// that limits the run.
func TestBatchesComeAfterAllThatAGroupHasRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := process.New([]group.Group{{Label: db, Name: db, Scope: group.Process, Definition: group.Definition{Capacity: 3}}})
		cases := numbered(40)
		for i := range 6 {
			c := newCase(fmt.Sprint("db", i), db)
			c.Takes = time.Hour
			cases = append(cases, c)
		}
		begin := time.Now()
		run(t.Context(), engine.Options{
			Framework: framework(func(ctx context.Context, name string) event.Outcome {
				if strings.HasPrefix(name, "db") {
					return passAfter(time.Hour)(ctx, name)
				}
				return passAfter(time.Minute)(ctx, name)
			}),
			Locker: locker, Capacity: map[string]int{db: 3}, Workers: 4, Batches: true,
		}, cases...)
		if took := time.Since(begin); took != 2*time.Hour {
			t.Errorf("it took %v, want two hours", took)
		}
	})
}
