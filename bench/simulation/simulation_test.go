package simulation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"pgregory.net/rapid"
)

func anyWorkload(t *rapid.T) simulation.Workload {
	w := simulation.Workload{Capacity: map[string]int{}}
	for i := range rapid.IntRange(0, 4).Draw(t, "groups") {
		w.Capacity[fmt.Sprintf("//:g%d", i)] = rapid.IntRange(1, 3).Draw(t, "capacity")
	}
	for i := range rapid.IntRange(0, 40).Draw(t, "cases") {
		c := plan.Case{Name: fmt.Sprintf("Test%02d", i), Takes: time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second}
		for g := range len(w.Capacity) {
			label := fmt.Sprintf("//:g%d", g)
			switch rapid.IntRange(0, 5).Draw(t, "use") {
			case 0:
				c.Needs = append(c.Needs, group.Need{Group: label, Weight: 1, Mode: group.Shared})
			case 1, 2:
				c.Needs = append(c.Needs, group.Need{Group: label, Weight: rapid.IntRange(1, w.Capacity[label]).Draw(t, "weight")})
			}
		}
		w.Cases = append(w.Cases, c)
	}
	return w
}

func anySetting(t *rapid.T) simulation.Setting {
	return simulation.Setting{
		Shards:  rapid.IntRange(1, 5).Draw(t, "shards"),
		Workers: rapid.IntRange(1, 5).Draw(t, "workers"),
		Timings: rapid.Bool().Draw(t, "timings"),
	}
}

// ledger checks, from the events alone, which cases use what.
type ledger struct {
	t        *rapid.T
	workload simulation.Workload
	needs    map[string][]group.Need
	finished map[string]int
	units    map[string]int
	readers  map[string]int
	running  int
	most     int
}

func newLedger(t *rapid.T, w simulation.Workload, s simulation.Setting) *ledger {
	l := &ledger{
		t: t, workload: w, needs: map[string][]group.Need{}, finished: map[string]int{},
		units: map[string]int{}, readers: map[string]int{}, most: s.Shards * s.Workers,
	}
	for _, c := range w.Cases {
		l.needs[c.Name] = c.Needs
	}
	return l
}

func (l *ledger) Handle(e event.Event) {
	switch e := e.(type) {
	case event.CaseStarted:
		l.count(e.Case.Name, 1)
	case event.CaseFinished:
		l.finished[e.Case.Name]++
		l.count(e.Case.Name, -1)
	}
}

func (l *ledger) count(name string, times int) {
	if l.running += times; l.running > l.most {
		l.t.Errorf("%d cases at once on %d workers", l.running, l.most)
	}
	for _, n := range l.needs[name] {
		if n.Mode == group.Shared {
			l.readers[n.Group] += times
		} else {
			l.units[n.Group] += times * n.Weight
		}
		if l.units[n.Group] > l.workload.Capacity[n.Group] {
			l.t.Errorf("%s: %d units in use", n.Group, l.units[n.Group])
		}
		if l.units[n.Group] > 0 && l.readers[n.Group] > 0 {
			l.t.Errorf("%s is shared beside one that has it alone", n.Group)
		}
	}
}

// Every run ends, so nothing deadlocks; each case runs once, no group is ever used beyond its
// capacity, and no run beats the bound.
func TestWhateverTheWorkload(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, s := anyWorkload(rt), anySetting(rt)
		l := newLedger(rt, w, s)
		result := simulation.Run(t, w, s, l)
		for _, c := range w.Cases {
			if l.finished[c.Name] != 1 {
				rt.Fatalf("%s ran %d times", c.Name, l.finished[c.Name])
			}
		}
		if result.Makespan < result.Bound.Time {
			rt.Fatalf("%v is below the bound %v (%s)", result.Makespan, result.Bound.Time, result.Bound.Why)
		}
	})
}

// List scheduling is never worse than this (Graham, 1966).
func TestGuaranteeOfListScheduling(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w, s := anyWorkload(rt), anySetting(rt)
		s.Shards = 1
		var work, longest time.Duration
		for i := range w.Cases {
			w.Cases[i].Needs = nil
			work += w.Cases[i].Takes
			longest = max(longest, w.Cases[i].Takes)
		}
		most := work/time.Duration(s.Workers) + longest - longest/time.Duration(s.Workers)
		if result := simulation.Run(t, w, s); result.Makespan > most+time.Nanosecond {
			rt.Fatalf("%v, and at most %v is possible", result.Makespan, most)
		}
	})
}

// One seed of each kind; bench/run schedule has many.
func TestMakespanIsCloseToTheBound(t *testing.T) {
	for _, kind := range simulation.Kinds {
		for _, s := range []simulation.Setting{
			{Workers: 2},
			{Workers: 8},
			{Workers: 2, Timings: true},
			{Workers: 8, Timings: true},
			{Workers: 8, Batches: true},
			{Workers: 8, Timings: true, Batches: true},
		} {
			s.Shards = 1
			most := 1.15
			if s.Timings {
				most = 1.05
			}
			if result := simulation.Run(t, kind.Make(1), s); result.Ratio() > most {
				t.Errorf("%s, %+v: %v is %.3f times %v (%s)", kind.Name, s, result.Makespan, result.Ratio(), result.Bound.Time, result.Bound.Why)
			}
		}
	}
}
