package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"pgregory.net/rapid"
)

var capacity = map[string]int{"db": 1, "port": 1, "api": 3}

// named returns cases that need a unit of each of some groups.
func named(prefix string, n int, takes time.Duration, labels ...string) []plan.Case {
	var cases []plan.Case
	for i := range n {
		name := fmt.Sprintf("%s%03d", prefix, i)
		cases = append(cases, plan.Case{Name: name, Takes: takes, Needs: needs(labels)})
	}
	return cases
}

func needs(labels []string) (all []group.Need) {
	for _, label := range labels {
		all = append(all, group.Need{Group: label, Weight: 1})
	}
	return all
}

func anyProblem(t *rapid.T) plan.Problem {
	p := plan.Problem{
		Capacity: capacity, Shards: rapid.IntRange(1, 9).Draw(t, "shards"), Workers: rapid.IntRange(1, 8).Draw(t, "workers"),
	}
	groups := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"db", "port", "api"}), rapid.ID[string])
	for i := range rapid.IntRange(0, 30).Draw(t, "cases") {
		takes := time.Duration(rapid.IntRange(0, 9).Draw(t, "seconds")) * time.Second
		p.Cases = append(p.Cases, named(fmt.Sprint(i, "-"), 1, takes, groups.Draw(t, "groups")...)...)
	}
	return p
}

// timesOf returns the expected durations of the cases.
func timesOf(cases []plan.Case) []time.Duration {
	var times []time.Duration
	for _, c := range cases {
		times = append(times, c.Takes)
	}
	return times
}

// expect is Simulate with correct expectations.
func expect(p plan.Problem) time.Duration {
	return schedule.Simulate(p, plan.Make(p).Shard, timesOf(p.Cases))
}

// anyTimes returns durations that have nothing to do with the expected ones.
func anyTimes(t *rapid.T, p plan.Problem) []time.Duration {
	var actual []time.Duration
	for range p.Cases {
		actual = append(actual, time.Duration(rapid.IntRange(1, 9).Draw(t, "actual"))*time.Second)
	}
	return actual
}

func TestTheExpectationIsNotBelowTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		actual := anyTimes(t, p)
		for i := range p.Cases {
			p.Cases[i].Serial = rapid.Bool().Draw(t, "serial")
		}
		got := schedule.Simulate(p, plan.Make(p).Shard, actual)
		for i := range p.Cases {
			p.Cases[i].Takes = actual[i]
		}
		if bound := p.Bound(); got < bound.Time {
			t.Fatalf("%v is below %v (%s)", got, bound.Time, bound.Why)
		}
	})
}

func TestTheExpectationOfOneWorkerIsTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		p.Shards, p.Workers = 1, 1
		actual := anyTimes(t, p)
		var sum time.Duration
		for _, d := range actual {
			sum += d
		}
		if got := schedule.Simulate(p, plan.Make(p).Shard, actual); got != sum {
			t.Fatalf("got %v, want %v", got, sum)
		}
	})
}

func serial(cases []plan.Case) []plan.Case {
	for i := range cases {
		cases[i].Serial = true
	}
	return cases
}

func TestSimulate(t *testing.T) {
	for name, c := range map[string]struct {
		cases           []plan.Case
		shards, workers int
		want            time.Duration
	}{
		"nothing":              {nil, 2, 2, 0},
		"free":                 {named("a", 8, time.Second), 2, 2, 2 * time.Second},
		"longest first":        {slices.Concat(named("a", 4, time.Second), named("z", 1, 4*time.Second)), 1, 2, 4 * time.Second},
		"a chain":              {slices.Concat(named("a", 9, time.Second), named("db", 3, 3*time.Second, "db")), 1, 2, 9 * time.Second},
		"a chain of shards":    {slices.Concat(named("ab", 3, time.Second, "db", "port"), named("b", 3, time.Second, "port")), 2, 1, 6 * time.Second},
		"a capacity":           {named("api", 9, time.Second, "api"), 1, 9, 3 * time.Second},
		"serial, last":         {slices.Concat(serial(named("a", 2, time.Second)), named("b", 2, 2*time.Second)), 1, 2, 4 * time.Second},
		"serial, in two":       {serial(named("a", 4, time.Second)), 2, 8, 2 * time.Second},
		"serial, and a group":  {serial(named("db", 2, time.Second, "db")), 1, 2, 2 * time.Second},
		"a group in many":      {serial(named("api", 8, time.Second, "api")), 8, 1, 3 * time.Second},
		"no more than workers": {named("a", 3, time.Second), 1, 2, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan.Problem{Cases: c.cases, Capacity: capacity, Shards: c.shards, Workers: c.workers}
			if got := expect(p); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// With wrong expectations, the longest case starts last.
func TestTheOrderIsOfWhatIsBelieved(t *testing.T) {
	p := plan.Problem{Cases: slices.Concat(named("a", 6, 2*time.Second), named("z", 1, time.Second)), Shards: 1, Workers: 2}
	actual := timesOf(p.Cases)
	actual[6] = 8 * time.Second
	if got, want := schedule.Simulate(p, plan.Make(p).Shard, actual), 14*time.Second; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestManyCasesAreExpectedSoon(t *testing.T) {
	var cases []plan.Case
	for i, labels := range [][]string{{}, {"db"}, {"port"}, {"api"}, {"db", "port"}, {"api", "db"}} {
		cases = append(cases, named(string(rune('a'+i)), 2000, time.Duration(i+1)*time.Millisecond, labels...)...)
	}
	p := plan.Problem{Cases: cases, Capacity: capacity, Shards: 16, Workers: 4}
	began := time.Now()
	expect(p)
	if took := time.Since(began); took > 10*time.Second { // 40 ms on an idle machine
		t.Errorf("12,000 cases took %v", took)
	}
}
