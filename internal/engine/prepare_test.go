package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// slow is a framework whose worker n needs n seconds to get ready. It fails a case that comes
// earlier.
type slow struct {
	framework
	begun time.Time

	mu       sync.Mutex
	prepared []int
	closed   int
}

func (s *slow) Prepare(ctx context.Context, worker int) {
	s.mu.Lock()
	s.prepared = append(s.prepared, worker)
	s.mu.Unlock()
	select {
	case <-time.After(time.Duration(worker) * time.Second):
	case <-ctx.Done():
	}
}

func (s *slow) Run(ctx context.Context, batch event.Batch, report event.Report) [][]event.Case {
	if time.Since(s.begun) < time.Duration(batch.Worker)*time.Second {
		for _, c := range batch.Cases {
			report.Finished(c, event.Result{Outcome: event.Outcome{Status: event.Errored, Message: "too early"}})
		}
		return nil
	}
	return s.framework.Run(ctx, batch, report)
}

func (s *slow) Close(context.Context, event.Report) { s.closed++ }

// Workers get cases when they are ready, and do not wait for the others.
func TestWorkersThatHaveToGetReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{framework: passAfter(time.Second), begun: time.Now()}
		var cases []schedule.Case
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			cases = append(cases, newCase(name, db))
		}
		cases = append(cases, newCase("f"), newCase("g"))
		r := run(t.Context(), engine.Options{Framework: s, Locker: newLocker(db), Capacity: map[string]int{db: 1}, Workers: 8}, cases...)
		for _, c := range cases {
			r.wantOutcome(t, c.Name, event.Passed, "")
		}
		if took := time.Since(s.begun); took != 5*time.Second {
			t.Errorf("it took %v, and the group is needed for 5s", took)
		}
		if s.closed != 1 {
			t.Errorf("closed %d times", s.closed)
		}
	})
}

func TestNoMoreWorkersThanCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{framework: passAfter(time.Second), begun: time.Now()}
		run(t.Context(), engine.Options{Framework: s, Workers: 8}, newCase("a"), newCase("b"), newCase("c"))
		slices.Sort(s.prepared)
		if want := []int{0, 1, 2}; !slices.Equal(s.prepared, want) {
			t.Errorf("prepared %v, want %v", s.prepared, want)
		}
	})
}

// A run that is stopped does not wait for workers that are not ready.
func TestStoppedWhileWorkersGetReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		s := &slow{framework: passAfter(time.Hour), begun: begun}
		run(ctx, engine.Options{Framework: s, Workers: 8}, newCase("a"), newCase("b"), newCase("c"))
		if took := time.Since(begun); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
