package engine_test

import (
	"context"
	"errors"
	"fmt"
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
	"pgregory.net/rapid"
)

// moment is when, in the life of a case, its worker dies.
type moment int

const (
	never moment = iota
	beforeStart
	afterStart
	inAPart
	duringAPause
	afterFinish
	moments
)

// death is how a worker dies.
type death struct {
	at moment
	// nth is the index of the case of its batch, from 0, in whose life it dies.
	nth int
	// returns is what it returns: the cases that have not finished, nothing, or all that it got.
	returns int
}

// mortal is a framework whose workers die, one after the other, as deaths says. It checks, on the
// side of the cases, that nothing runs too often and that groups are held.
type mortal struct {
	rt     *rapid.T
	deaths []death
	fails  map[string]int // how often a case fails

	mu     sync.Mutex
	passed map[event.Case]int
	used   map[string]int
	needs  map[string][]group.Need
	limit  map[string]int
}

func (m *mortal) Run(ctx context.Context, batch event.Batch, report event.Report) [][]event.Case {
	d := m.nextDeath()
	if len(batch.Cases) == 1 {
		m.count(batch.Cases[0], 1)
		defer m.count(batch.Cases[0], -1)
	}
	for i, c := range batch.Cases {
		at := never
		if i == d.nth {
			at = d.at
		}
		if !m.live(ctx, c, at, report) {
			return d.left(batch.Cases, i)
		}
	}
	return nil
}

// live runs a case, up to a moment.
func (m *mortal) live(ctx context.Context, c event.Case, dies moment, report event.Report) bool {
	if dies == beforeStart {
		return false
	}
	report.Started(c)
	if dies == afterStart {
		return false
	}
	part := c
	part.Sub = "part"
	report.Output(part, []byte("output"))
	report.Finished(part, event.Result{Outcome: m.outcome(c)})
	if dies == inAPart {
		return false
	}
	report.Paused(c)
	if dies == duringAPause {
		return false
	}
	report.Resumed(c)
	if o := passAfter(time.Second)(ctx, c.Name); o.Bad() {
		report.Finished(c, event.Result{Outcome: o})
		return true
	}
	o := m.outcome(c)
	m.mu.Lock()
	if m.fails[c.Name]--; !o.Bad() {
		m.passed[c]++
	}
	m.mu.Unlock()
	report.Finished(c, event.Result{Outcome: o})
	return dies != afterFinish
}

func (m *mortal) outcome(c event.Case) event.Outcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails[c.Name] > 0 {
		return event.Outcome{Status: event.Failed, Type: event.TypeFailure}
	}
	return event.Outcome{}
}

func (m *mortal) nextDeath() death {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.deaths) == 0 {
		return death{}
	}
	d := m.deaths[0]
	m.deaths = m.deaths[1:]
	return d
}

// left returns what a worker returns that died in the life of case number at.
func (d death) left(batch []event.Case, at int) [][]event.Case {
	if d.at == afterFinish {
		at++
	}
	switch {
	case d.returns == 1:
		return nil
	case d.returns == 2:
		return [][]event.Case{batch, batch}
	case at == len(batch):
		return nil
	}
	return [][]event.Case{batch[at:]}
}

func (m *mortal) count(c event.Case, times int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.needs[c.Name] {
		if m.used[n.Group] += times * n.Weight; m.used[n.Group] > m.limit[n.Group] {
			m.rt.Errorf("%s: %d units in use", n.Group, m.used[n.Group])
		}
	}
}

// frail is a locker that sometimes fails, or loses what it granted.
type frail struct {
	lock.Locker
	mu     sync.Mutex
	faults []int
}

func (f *frail) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	f.mu.Lock()
	fault := 0
	if len(f.faults) > 0 {
		fault, f.faults = f.faults[0], f.faults[1:]
	}
	f.mu.Unlock()
	if fault == 1 {
		return nil, errors.New("no lock today")
	}
	held, err := f.Locker.Acquire(ctx, needs)
	if err != nil || fault != 2 {
		return held, err
	}
	lost := make(chan struct{})
	time.AfterFunc(500*time.Millisecond, func() { close(lost) })
	return losing{held, lost}, nil
}

type losing struct {
	lock.Held
	lost chan struct{}
}

func (l losing) Lost() <-chan struct{} { return l.lost }

// Whatever dies at whatever moment: each case has one end, nothing runs after its end or succeeds
// twice, capacities hold, and the groups are free afterwards.
func TestNothingIsLostAndNothingRunsTwiceToSuccess(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScenario(rt)
		s.options.Batches = rapid.Bool().Draw(rt, "batches")
		s.options.InOrder = rapid.Bool().Draw(rt, "in order")
		s.options.CaseTimeout = time.Duration(rapid.SampledFrom([]int{0, 500, 5000}).Draw(rt, "case timeout")) * time.Millisecond
		s.options.Retries = engine.Retries{
			PerCase: rapid.IntRange(0, 2).Draw(rt, "retries"), Budget: rapid.IntRange(0, 5).Draw(rt, "budget"),
			Delay: time.Second, MaxDelay: 3 * time.Second,
		}
		m := &mortal{
			rt: rt, fails: map[string]int{}, passed: map[event.Case]int{}, used: map[string]int{},
			needs: map[string][]group.Need{}, limit: map[string]int{},
		}
		for range rapid.IntRange(0, 12).Draw(rt, "deaths") {
			m.deaths = append(m.deaths, death{
				at:  moment(rapid.IntRange(int(never), int(moments)-1).Draw(rt, "moment")),
				nth: rapid.IntRange(0, 3).Draw(rt, "nth"), returns: rapid.IntRange(0, 2).Draw(rt, "returns"),
			})
		}
		for _, g := range s.groups {
			m.limit[g.Label] = g.Capacity
		}
		for _, c := range s.cases {
			m.fails[c.Name], m.needs[c.Name] = rapid.IntRange(0, 2).Draw(rt, "fails"), c.Needs
		}
		inner := process.New(s.groups)
		s.options.Framework = m
		s.options.Locker = &frail{Locker: inner, faults: rapid.SliceOfN(rapid.IntRange(0, 2), 0, 6).Draw(rt, "lock faults")}
		var r *recorder
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if s.end > 0 {
				time.AfterFunc(s.end, cancel)
			}
			r = run(ctx, s.options, s.cases...)
			for _, g := range s.groups {
				held, err := inner.Acquire(t.Context(), []group.Need{{Group: g.Label, Weight: g.Capacity}})
				if err != nil {
					t.Fatal(err)
				}
				held.Release()
			}
			time.Sleep(time.Minute) // for what is on its way to be lost
		})
		m.check(s.cases, r)
	})
}

func (m *mortal) check(cases []schedule.Case, r *recorder) {
	ended, passed := map[string]int{}, map[string]bool{}
	for _, e := range r.events {
		switch e := e.(type) {
		case event.CaseStarted:
			if ended[e.Case.Name] > 0 {
				m.rt.Fatalf("%s started after its end", e.Case.Name)
			}
		case event.CaseRetried:
			if ended[e.Case.Name] > 0 {
				m.rt.Fatalf("%s is retried after its end", e.Case.Name)
			}
		case event.CaseFinished:
			if e.Case.Sub == "" {
				ended[e.Case.Name]++
				passed[e.Case.Name] = e.Outcome.Status == event.Passed
			}
		}
	}
	for _, c := range cases {
		if ended[c.Name] != 1 {
			m.rt.Fatalf("%s ended %d times", c.Name, ended[c.Name])
		}
		if n := m.passed[c.Case]; n > 1 || passed[c.Name] && n != 1 {
			m.rt.Fatalf("%s passed %d times, and its end says passed: %v", c.Name, n, passed[c.Name])
		}
	}
	if len(ended) != len(cases) {
		m.rt.Fatalf("%s", fmt.Sprint("there are ends of ", ended))
	}
}
