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
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"pgregory.net/rapid"
)

// scenario is a random run.
type scenario struct {
	groups   []group.Group
	cases    []schedule.Case
	duration map[string]time.Duration
	failing  map[string]bool
	options  engine.Options
	end      time.Duration // after which the run is stopped; 0 for never
}

func drawScenario(rt *rapid.T) scenario {
	s := scenario{duration: map[string]time.Duration{}, failing: map[string]bool{}}
	for i := range rapid.IntRange(0, 4).Draw(rt, "groups") {
		s.groups = append(s.groups, group.Group{
			Label: fmt.Sprintf("//:g%d", i), Scope: group.Process, Definition: group.Definition{Capacity: rapid.IntRange(1, 3).Draw(rt, "capacity")},
		})
	}
	for i := range rapid.IntRange(0, 12).Draw(rt, "cases") {
		c := newCase(fmt.Sprintf("case%d", i))
		for _, g := range s.groups {
			if rapid.Bool().Draw(rt, "needs") {
				c.Needs = append(c.Needs, group.Need{Group: g.Label, Weight: rapid.IntRange(1, g.Capacity).Draw(rt, "weight")})
			}
		}
		c.File = rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "file")
		c.Takes = time.Duration(rapid.IntRange(0, 9).Draw(rt, "expected")) * time.Second
		c.Setup = rapid.SampledFrom([]string{"", "", "m", "n"}).Draw(rt, "setup")
		s.cases = append(s.cases, c)
		s.duration[c.Name] = time.Duration(rapid.IntRange(0, 9).Draw(rt, "duration")) * time.Second
		s.failing[c.Name] = rapid.IntRange(0, 9).Draw(rt, "fails") == 0
	}
	s.options.Workers = rapid.IntRange(0, 4).Draw(rt, "workers")
	s.options.Batches = rapid.Bool().Draw(rt, "batches")
	s.options.Capacity = map[string]int{}
	for _, g := range s.groups {
		s.options.Capacity[g.Label] = g.Capacity
	}
	s.options.MaxFail = rapid.IntRange(0, 2).Draw(rt, "max fail")
	s.options.Budget = time.Duration(rapid.SampledFrom([]int{0, 5, 20}).Draw(rt, "budget")) * time.Second
	s.end = time.Duration(rapid.SampledFrom([]int{0, 0, 1, 7}).Draw(rt, "end")) * time.Second
	return s
}

// run is the framework.
func (s scenario) run(ctx context.Context, name string) event.Outcome {
	o := passAfter(s.duration[name])(ctx, name)
	if s.failing[name] {
		o.Status = event.Failed
	}
	return o
}

// Whatever happens, each case is finished exactly once, and started at most
// once before that; and the groups are free afterwards.
func TestEveryCaseFinishesExactlyOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScenario(rt)
		var r *recorder
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if s.end > 0 {
				time.AfterFunc(s.end, cancel)
			}
			s.options.Framework, s.options.Locker = framework(s.run), process.New(s.groups)
			r = run(ctx, s.options, s.cases...)
			for _, g := range s.groups {
				held, err := s.options.Locker.Acquire(t.Context(), []group.Need{{Group: g.Label, Weight: g.Capacity}})
				if err != nil {
					t.Fatal(err)
				}
				held.Release()
			}
		})
		s.check(rt, r)
	})
}

func (s scenario) check(rt *rapid.T, r *recorder) {
	a := account{scenario: s, rt: rt, started: map[string]int{}, finished: map[string]int{}, used: map[string]int{}}
	for _, e := range r.events {
		switch e := e.(type) {
		case event.CaseStarted:
			a.started[e.Case.Name]++
			a.count(e.Case.Name, 1)
		case event.CaseFinished:
			a.finished[e.Case.Name]++
			a.count(e.Case.Name, -a.started[e.Case.Name])
		}
	}
	for _, c := range s.cases {
		if a.finished[c.Name] != 1 || a.started[c.Name] > 1 {
			rt.Fatalf("%s started %d times and finished %d times", c.Name, a.started[c.Name], a.finished[c.Name])
		}
	}
}

// The cases of a file that one group makes run one at a time start in the order given.
func TestCasesOfAFileStartInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScenario(rt)
		var r *recorder
		synctest.Test(t, func(t *testing.T) {
			s.options.Framework, s.options.Locker = framework(s.run), process.New(s.groups)
			s.options.Budget, s.options.MaxFail = 0, 0
			r = run(t.Context(), s.options, s.cases...)
		})
		begun := r.started()
		for i, a := range s.cases {
			for _, b := range s.cases[i+1:] {
				if a.File != "" && a.File == b.File && s.alwaysApart(a, b) && slices.Index(begun, a.Name) > slices.Index(begun, b.Name) {
					rt.Fatalf("%s started after %s: %v", a.Name, b.Name, begun)
				}
			}
		}
	})
}

// alwaysApart reports whether two cases need most of a group each.
func (s scenario) alwaysApart(a, b schedule.Case) bool {
	most := func(c schedule.Case, g group.Group) bool {
		return slices.ContainsFunc(c.Needs, func(n group.Need) bool { return n.Group == g.Label && 2*n.Weight > g.Capacity })
	}
	return slices.ContainsFunc(s.groups, func(g group.Group) bool { return most(a, g) && most(b, g) })
}

// account is an account of the running cases.
type account struct {
	scenario
	rt                *rapid.T
	started, finished map[string]int
	running           int
	used              map[string]int // units by group
}

// count adds the named case times times.
func (a *account) count(name string, times int) {
	if a.running += times; a.running > max(1, a.options.Workers) {
		a.rt.Fatalf("%d cases run at once", a.running)
	}
	for _, c := range a.cases {
		if c.Name != name {
			continue
		}
		for _, n := range c.Needs {
			a.used[n.Group] += times * n.Weight
		}
	}
	for _, g := range a.groups {
		if a.used[g.Label] > g.Capacity {
			a.rt.Fatalf("%s: %d units in use, the capacity is %d", g.Label, a.used[g.Label], g.Capacity)
		}
	}
}
