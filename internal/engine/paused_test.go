package engine_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/quantum"
)

// pausing is a framework whose cases all let others go first, as tests do that call t.Parallel: a
// process runs them when it may start no further one.
type pausing struct {
	takes     time.Duration
	mu        sync.Mutex
	processes int
}

func (p *pausing) Run(_ context.Context, b event.Batch, r event.Report) (again [][]event.Case) {
	p.mu.Lock()
	p.processes++
	p.mu.Unlock()
	time.Sleep(startOfProcess)
	var begun []event.Case
	for i, c := range b.Cases {
		if i > 0 && b.MayGoOn != nil {
			answer := b.MayGoOn(c)
			if answer == event.Leave {
				continue
			}
			if answer == event.Stop {
				again = [][]event.Case{b.Cases[i:]}
				break
			}
		}
		r.Started(c)
		r.Paused(c)
		begun = append(begun, c)
	}
	for _, c := range begun {
		r.Resumed(c)
		time.Sleep(p.takes)
		r.Finished(c, event.Result{})
	}
	return again
}

// A process owes its paused cases a run, also when others wait. So it takes in no more of them than
// fit into the longest quantum.
func TestPausedCasesKeepOthersWaitingForALimitedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := lockerOf()
		first := &pausing{takes: time.Second}
		var all sync.WaitGroup
		all.Go(func() { run(t.Context(), asks(first, locker, 1), holders("g", 100)...) })
		time.Sleep(time.Second)
		began := time.Now()
		occupy(t, locker, "g")()
		if waited, most := time.Since(began), startOfProcess+quantum.Longest+first.takes; waited > most {
			t.Errorf("it waited for %v, and not for %v at most", waited, most)
		}
		all.Wait()
		if first.processes > 100/15+2 {
			t.Errorf("%d processes", first.processes)
		}
	})
}

// Short ones all fit.
func TestShortPausedCasesShareAProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := &pausing{takes: time.Millisecond}
		run(t.Context(), asks(first, lockerOf(), 1), holders("g", 500)...)
		if first.processes > 2 { // how long they take is known from the second one on
			t.Errorf("%d processes", first.processes)
		}
	})
}

// A pause is no running time.
func TestPausesDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t.Context(), asks(&pausing{takes: time.Second}, lockerOf(), 1), holders("g", 5)...)
		for _, e := range eventsOf[event.CaseFinished](r) {
			if e.Ran != time.Second {
				t.Errorf("%s ran for %v", e.Case.Name, e.Ran)
			}
		}
	})
}
