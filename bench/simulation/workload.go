// Package simulation runs the real plan and the real engine with cases that
// only sleep, in the virtual time of testing/synctest: minutes of work take
// milliseconds.
package simulation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
)

// Workload is cases, whose Takes is their real duration, and the capacities of their groups.
type Workload struct {
	Cases    []plan.Case
	Capacity map[string]int
}

// Kind is a way to make workloads.
type Kind struct {
	// Name describes it.
	Name string
	// Make returns a workload, always the same for a seed.
	Make func(seed uint64) Workload
}

// Kinds are the workloads that the schedule is measured with.
var Kinds = []Kind{
	{"1,207 cases in 93 files, 42 in a group with 60 % of the time", ofTheSeed},
	{"4,000 cases, 20 % of the files have 80 % of the time", skewed},
	{"1,200 cases, 12 groups by Zipf's law, 30 % of the cases in two", overlapping},
	{"4,000 cases of almost no time", nearZero},
	{"1,200 cases, groups of capacity 2 and 4", capacities},
	{"1,200 cases, a third shares a group that a few want alone", readers},
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// around returns a duration that is log-normally distributed around a median, roughly as the
// durations of tests are.
func around(r *rand.Rand, median time.Duration) time.Duration {
	return time.Duration(float64(median) * math.Exp(0.6*r.NormFloat64()))
}

func hold(label string, weight int, mode group.Mode) group.Need {
	return group.Need{Group: label, Weight: weight, Mode: mode}
}

// scale makes the durations of cases add up to total.
func scale(cases []plan.Case, total time.Duration) {
	var sum time.Duration
	for _, c := range cases {
		sum += c.Takes
	}
	for i := range cases {
		cases[i].Takes = time.Duration(float64(cases[i].Takes) * float64(total) / float64(sum))
	}
}

func ofTheSeed(seed uint64) Workload {
	r := newRand(seed)
	var unit, integration []plan.Case
	for i := range 1207 {
		c := plan.Case{Name: fmt.Sprintf("tests/test_%02d.py::test_%04d", i*93/1207, i), Takes: around(r, time.Second)}
		if i%29 == 7 && len(integration) < 42 {
			c.Needs = []group.Need{hold("//:llm", 1, group.Exclusive)}
			integration = append(integration, c)
			continue
		}
		unit = append(unit, c)
	}
	scale(integration, 300*time.Second)
	scale(unit, 200*time.Second)
	return Workload{Cases: append(unit, integration...), Capacity: map[string]int{"//:llm": 4}}
}

func skewed(seed uint64) Workload {
	r := newRand(seed)
	var long, short []plan.Case
	slow := map[int]bool{}
	for i := range 4000 {
		file := i / 40
		if i%40 == 0 {
			slow[file] = r.IntN(5) == 0
		}
		c := plan.Case{Name: fmt.Sprintf("file%02d/Test%02d", file, i%40), Takes: around(r, time.Second)}
		if slow[file] {
			long = append(long, c)
		} else {
			short = append(short, c)
		}
	}
	scale(long, 800*time.Second)
	scale(short, 200*time.Second)
	return Workload{Cases: append(long, short...)}
}

func overlapping(seed uint64) Workload {
	r := newRand(seed)
	capacity := map[string]int{}
	var weights []float64
	sum := 0.0
	for i := range 12 {
		capacity[groupName(i)] = 1
		sum += 1 / float64(i+1)
		weights = append(weights, sum)
	}
	zipf := func() string {
		at := r.Float64() * sum
		for i, w := range weights {
			if at < w {
				return groupName(i)
			}
		}
		return groupName(11)
	}
	var cases []plan.Case
	for i := range 1200 {
		c := plan.Case{Name: fmt.Sprintf("Test%04d", i), Takes: around(r, time.Second)}
		first := zipf()
		c.Needs = []group.Need{hold(first, 1, group.Exclusive)}
		if r.IntN(10) < 3 {
			second := zipf()
			for second == first {
				second = zipf()
			}
			c.Needs = group.Canonical(append(c.Needs, hold(second, 1, group.Exclusive)))
		}
		cases = append(cases, c)
	}
	return Workload{Cases: cases, Capacity: capacity}
}

func groupName(i int) string { return fmt.Sprintf("//:g%02d", i) }

func nearZero(seed uint64) Workload {
	r := newRand(seed)
	var cases []plan.Case
	for i := range 4000 {
		cases = append(cases, plan.Case{Name: fmt.Sprintf("Test%04d", i), Takes: around(r, 100*time.Microsecond)})
	}
	return Workload{Cases: cases}
}

func capacities(seed uint64) Workload {
	r := newRand(seed)
	var cases []plan.Case
	for i := range 1200 {
		c := plan.Case{Name: fmt.Sprintf("Test%04d", i), Takes: around(r, time.Second)}
		switch r.IntN(4) {
		case 0:
			c.Needs = []group.Need{hold("//:pair", 1, group.Exclusive)}
		case 1:
			c.Needs = []group.Need{hold("//:four", 1+r.IntN(2), group.Exclusive)}
		}
		cases = append(cases, c)
	}
	return Workload{Cases: cases, Capacity: map[string]int{"//:pair": 2, "//:four": 4}}
}

func readers(seed uint64) Workload {
	r := newRand(seed)
	var cases []plan.Case
	for i := range 1200 {
		c := plan.Case{Name: fmt.Sprintf("Test%04d", i), Takes: around(r, time.Second)}
		switch k := r.IntN(120); {
		case k == 0:
			c.Needs = []group.Need{hold("//:data", 1, group.Exclusive)}
		case k <= 40:
			c.Needs = []group.Need{hold("//:data", 1, group.Shared)}
		}
		cases = append(cases, c)
	}
	return Workload{Cases: cases, Capacity: map[string]int{"//:data": 1}}
}
