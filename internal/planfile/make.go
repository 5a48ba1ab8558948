package planfile

import (
	"cmp"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// Make returns f completed with everything that follows from the rest: the shard of each case,
// durations where they are unknown, the chains of the groups, the bound and the makespan. It uses
// Label, Shards, Workers and KeepTogether of f; label, scope, capacity and rate of the groups;
// and of the cases all but Known and Shard, with Seconds 0 for an unknown duration.
//
// Shards come from plan.Make, so they are the same in every process of the test. The error is for
// a mode that is neither exclusive nor shared, or for an invalid rate.
func Make(f File) (File, error) {
	f.Version = Version
	f.Cases, f.Groups = append([]Case{}, f.Cases...), append([]Group{}, f.Groups...)
	for i, c := range f.Cases {
		f.Cases[i].Known = c.Seconds > 0
	}
	believed := f.Times()
	p, err := f.problem(believed)
	if err != nil {
		return File{}, err
	}
	for i, shard := range plan.Make(p).Shard {
		f.Cases[i].Shard = shard
	}
	return f.conclude(believed, believed)
}

// Measured returns f as it is if cases take what was measured. The test divides them by what it
// knows, so they stay in their shards. The errors are those of Make.
func Measured(f File, measured timings.Times) (File, error) {
	f.Cases, f.Groups = append([]Case{}, f.Cases...), append([]Group{}, f.Groups...)
	believed, actual := f.Times(), f.Times()
	for i, c := range f.Cases {
		if f.Cases[i].Measured = measured[c.Name] > 0; f.Cases[i].Measured {
			actual[c.Name] = measured[c.Name]
		}
	}
	return f.conclude(believed, actual)
}

// conclude adds what follows if cases take what is actual, and the test believes something else.
func (f File) conclude(believed, actual timings.Times) (File, error) {
	p, err := f.problem(actual)
	if err != nil {
		return File{}, err
	}
	median := p.Median().Seconds()
	for i, c := range f.Cases {
		f.Cases[i].Seconds = cmp.Or(actual[c.Name], median)
	}
	f.count(p.Chains())
	bound := p.Bound()
	f.Bound = Bound{Seconds: bound.Time.Seconds(), Why: bound.Why}
	makespan, err := Expected(f, believed, actual)
	f.Makespan = max(makespan.Seconds(), f.Bound.Seconds) // the expectation ignores rates
	return f, err
}

func (f File) count(chains map[string]time.Duration) {
	cases := map[string]int{}
	for _, c := range f.Cases {
		for _, n := range c.Needs {
			cases[n.Group]++
		}
	}
	for i, g := range f.Groups {
		f.Groups[i].Cases, f.Groups[i].Chain = cases[g.Label], chains[g.Label].Seconds()
	}
}

// problem returns the problem for plan to solve, given the known durations of the cases.
func (f File) problem(times timings.Times) (plan.Problem, error) {
	p := plan.Problem{Capacity: map[string]int{}, Rates: map[string]group.Rate{}, Shards: f.Shards, Workers: f.Workers}
	for _, g := range f.Groups {
		p.Capacity[g.Label] = g.Capacity
		var rate group.Rate
		if err := rate.UnmarshalText([]byte(g.Rate)); err != nil {
			return plan.Problem{}, fmt.Errorf("%s: %w", g.Label, err)
		}
		p.Rates[g.Label] = rate
	}
	for _, c := range f.Cases {
		needs, err := c.needs()
		if err != nil {
			return plan.Problem{}, err
		}
		p.Cases = append(p.Cases, plan.Case{
			Name: c.Name, Together: c.Together, Takes: times.Of(c.Name), Needs: needs, Serial: c.Serial,
		})
	}
	return p, nil
}

func (c Case) needs() ([]group.Need, error) {
	var needs []group.Need
	for _, n := range c.Needs {
		need := group.Need{Group: n.Group, Weight: n.Weight}
		if err := need.Mode.UnmarshalText([]byte(n.Mode)); err != nil {
			return nil, err
		}
		needs = append(needs, need)
	}
	return needs, nil
}
