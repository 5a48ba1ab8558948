package simulation

import (
	"math"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/quantum"
)

// Turns is a model of targets that take turns with a few units of a group, each of which costs a
// start when it changes hands. It is no engine: it has the policy alone, with any quantum, to
// compare quanta by.
type Turns struct {
	// Targets are the durations of the cases of each target, which run one after the other.
	Targets [][]time.Duration
	// Units is how many targets can run at once.
	Units int
	// Start is what a change costs.
	Start time.Duration
	// Worth is how many times as long as a start a holder goes on; 0 is one case.
	Worth int
}

// TurnsResult is what became of all cases.
type TurnsResult struct {
	// Makespan is when the last one has ended, and Starts how many changes there were.
	Makespan time.Duration
	Starts   int
	// Wait is how long the case that waited longest has waited for its turn.
	Wait time.Duration
}

// waiter is a target that wants a unit.
type waiter struct {
	cases []time.Duration
	since time.Duration
}

// Run plays the turns: a unit that is free goes to the target that has waited longest.
func (t Turns) Run() (r TurnsResult) {
	var queue []waiter
	for _, cases := range t.Targets {
		queue = append(queue, waiter{cases: cases})
	}
	free := make([]time.Duration, t.Units) // when each unit is free
	lasts := min(time.Duration(t.Worth)*t.Start, quantum.Longest)
	for len(queue) > 0 {
		unit := slices.Index(free, slices.Min(free))
		first := 0
		for i, w := range queue {
			if w.since < queue[first].since {
				first = i
			}
		}
		own := queue[first]
		queue = slices.Delete(queue, first, first+1)
		begin := max(free[unit], own.since)
		r.Wait = max(r.Wait, begin-own.since)
		r.Starts++
		used, cases := own.use(lasts, len(queue) == 0)
		free[unit] = begin + t.Start + used
		if len(cases) > 0 {
			queue = append(queue, waiter{cases, free[unit]})
		}
	}
	r.Makespan = slices.Max(free)
	return r
}

// use runs cases until the quantum is over, or all of them if nobody else waits, and returns those
// that are left.
func (w waiter) use(lasts time.Duration, alone bool) (used time.Duration, left []time.Duration) {
	for i, takes := range w.cases {
		if i > 0 && used >= lasts && !alone {
			return used, w.cases[i:]
		}
		used += takes
	}
	return used, nil
}

// Suite returns the cases of targets as those of a large suite of database tests are: some targets
// have hundreds of cases, most have few, and a case takes some tenths of a second.
func Suite(seed uint64, targets, cases int, median time.Duration) [][]time.Duration {
	r := newRand(seed)
	all := make([][]time.Duration, targets)
	for i := range cases {
		target := i % targets
		if i >= 4*targets {
			target = int(float64(targets) * math.Pow(r.Float64(), 2))
		}
		all[target] = append(all[target], around(r, median))
	}
	return all
}
