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
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// placing is a framework that notes where cases run, and checks that nobody else
// is there.
type placing struct {
	t     *testing.T
	mu    sync.Mutex
	taken map[string]map[int]bool // by "worker" or group
	most  map[string]int
}

func (p *placing) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	places := map[string][]int{"worker": {batch.Worker}}
	for label, slots := range slotsOf(batch) {
		places[label] = slots
	}
	p.enter(places)
	for _, c := range batch.Cases {
		report.Started(c)
		time.Sleep(time.Duration(len(c.Name)) * time.Second)
		report.Finished(c, event.Result{})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for what, numbers := range places {
		for _, n := range numbers {
			delete(p.taken[what], n)
		}
	}
	return nil
}

func (p *placing) enter(places map[string][]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for what, numbers := range places {
		if p.taken[what] == nil {
			p.taken[what] = map[int]bool{}
		}
		for _, n := range numbers {
			if p.taken[what][n] {
				p.t.Errorf("%s %d is taken", what, n)
			}
			p.taken[what][n] = true
			p.most[what] = max(p.most[what], n)
		}
	}
}

// Workers and slots are numbered from 0 without gaps, and nobody shares one.
func TestWorkersAndSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &placing{t: t, taken: map[string]map[int]bool{}, most: map[string]int{}}
		locker := process.New([]group.Group{{Label: db, Definition: group.Definition{Capacity: 3}}, {Label: port, Definition: group.Definition{Capacity: 2}}})
		var cases []schedule.Case
		for i := range 60 {
			groups := [][]string{{}, {db}, {port}, {db, port}}[i%4]
			cases = append(cases, newCase(strings.Repeat("x", i+1), groups...))
		}
		run(t.Context(), engine.Options{Framework: p, Locker: locker, Workers: 4}, cases...)
		if p.most["worker"] != 3 || p.most[db] != 2 || p.most[port] != 1 {
			t.Errorf("the highest numbers are %v", p.most)
		}
	})
}

// workersOf is a framework that notes which workers the cases of each group have.
type workersOf struct {
	mu   sync.Mutex
	seen map[string]map[int]bool
}

func (w *workersOf) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	w.mu.Lock()
	for label := range batch.Grants {
		w.seen[label][batch.Worker] = true
	}
	w.mu.Unlock()
	for _, c := range batch.Cases {
		report.Started(c)
		time.Sleep(time.Duration(len(c.Name)) * time.Second)
		report.Finished(c, event.Result{})
	}
	return nil
}

// Cases that hold the same groups have the same worker if they can: it may have set something up for
// them.
func TestCasesOfAGroupHaveOneWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &workersOf{seen: map[string]map[int]bool{db: {}, port: {}}}
		var cases []schedule.Case
		for i := range 12 {
			cases = append(cases, newCase(strings.Repeat("x", i%5+1)+string(rune('a'+i)), []string{db, port}[i%2]))
		}
		run(t.Context(), engine.Options{Framework: w, Locker: newLocker(db, port), Workers: 3}, cases...)
		for label, have := range w.seen {
			if len(have) != 1 {
				t.Errorf("the cases of %s had the workers %v", label, have)
			}
		}
	})
}

// In order means in order, whatever takes how long.
func TestInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cases := []schedule.Case{newCase("a"), newCase("b", db), newCase("c"), newCase("d", db, port), newCase("e", port)}
		for i := range cases {
			cases[i].Takes = time.Duration(i+1) * time.Second
		}
		for _, batches := range []bool{false, true} {
			r := run(t.Context(), engine.Options{
				Framework: passAfter(time.Second), Locker: newLocker(db, port), Workers: 1, InOrder: true, Batches: batches,
				Capacity: map[string]int{db: 1, port: 1},
			}, cases...)
			if got := strings.Join(r.started(), ""); got != "abcde" {
				t.Errorf("started in the order %s", got)
			}
		}
	})
}

func TestLeaksMayFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &batchFramework{run: func(_ context.Context, batch []event.Case, report event.Report) [][]event.Case {
			for _, c := range batch {
				report.Started(c)
				report.Finished(c, event.Result{Leak: c.Name + " left something"})
			}
			return nil
		}}
		for fail, want := range map[bool]event.Status{false: event.Passed, true: event.Failed} {
			r := run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), Workers: 1, LeaksFail: fail}, newCase("a"))
			if e := r.finished(t, "a"); e.Outcome.Status != want || e.Leak != "a left something" {
				t.Errorf("got %+v", e)
			}
		}
	})
}

func slotsOf(b event.Batch) map[string][]int {
	slots := map[string][]int{}
	for label, grant := range b.Grants {
		slots[label] = grant.Slots
	}
	return slots
}
