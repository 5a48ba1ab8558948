package engine_test

import (
	"context"
	"fmt"
	"slices"
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

// asking is a framework that starts a process for each batch, which takes startOfProcess, and
// asks before each case except the first.
type asking struct {
	takes func(name string) time.Duration

	mu        sync.Mutex
	processes [][]string
	spans     []span
	ran       map[string]int
}

const startOfProcess = 300 * time.Millisecond

func (a *asking) Run(_ context.Context, b event.Batch, r event.Report) (again [][]event.Case) {
	time.Sleep(startOfProcess)
	var names []string
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
		names = append(names, c.Name)
		r.Started(c)
		began := time.Now()
		time.Sleep(a.takes(c.Name))
		a.note(span{c.Name, began, time.Now()})
		r.Finished(c, event.Result{})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.processes = append(a.processes, names)
	for _, name := range names {
		a.ran[name]++
	}
	return again
}

// span is when a case ran.
type span struct {
	name       string
	began, end time.Time
}

func (s span) overlaps(other span) bool {
	return s.began.Before(other.end) && other.began.Before(s.end)
}

func (a *asking) note(s span) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spans = append(a.spans, s)
}

// lockerOf knows the groups of these tests.
func lockerOf() lock.Locker {
	var groups []group.Group
	for label, capacity := range map[string]int{"g": 1, "h": 1, "two": 2} {
		groups = append(groups, group.Group{
			Label: label, Name: label, Scope: group.Process, Definition: group.Definition{Capacity: capacity},
		})
	}
	return process.New(groups)
}

func aSecond(string) time.Duration { return time.Second }

// asks are the options with which cases join others, in the groups of lockerOf.
func asks(framework engine.Framework, locker lock.Locker, workers int) engine.Options {
	return engine.Options{
		Framework: framework, Locker: locker, Workers: workers, Batches: true, Asks: true, Capacity: map[string]int{"g": 1, "h": 1, "two": 2},
	}
}

func runAsking(t *testing.T, locker lock.Locker, workers int, takes func(string) time.Duration, cases ...schedule.Case) *asking {
	t.Helper()
	a := &asking{takes: takes, ran: map[string]int{}}
	r := run(t.Context(), asks(a, locker, workers), cases...)
	for _, c := range cases {
		if r.wantOutcome(t, c.Name, event.Passed, ""); a.ran[c.Name] != 1 {
			t.Errorf("%s ran %d times", c.Name, a.ran[c.Name])
		}
	}
	return a
}

func holders(label string, n int) (cases []schedule.Case) {
	for i := range n {
		cases = append(cases, newCase(fmt.Sprintf("%s%d", label, i), label))
	}
	return cases
}

// What TestMain sets up is set up once, if nobody else wants the group.
func TestCasesOfOneGroupShareAProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if a := runAsking(t, lockerOf(), 1, aSecond, holders("g", 16)...); len(a.processes) != 1 {
			t.Errorf("the processes ran %q", a.processes)
		}
	})
}

func TestWorkersShareTheCasesOfAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if a := runAsking(t, lockerOf(), 4, aSecond, holders("two", 16)...); len(a.processes) > 4 {
			t.Errorf("the processes ran %q", a.processes)
		}
	})
}

// The second worker waits with a case for the unit that somebody else has. It would gain nothing if
// the process on the other unit ended, so that does not, before it has run all other cases.
func TestAWaitingWorkerEndsNoProcessOfItsOwnClass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := lockerOf()
		release := occupy(t, locker, "two")
		defer release()
		if a := runAsking(t, locker, 2, aSecond, holders("two", 16)...); len(a.processes) > 2 {
			t.Errorf("the processes ran %q", a.processes)
		}
	})
}

// wanted is a locker whose groups somebody else waits for.
type wanted struct{ lock.Locker }

func (wanted) Holders(string) []lock.User { return nil }
func (wanted) Wanted(string, int) bool    { return true }

// Others have their turn after a case as soon as the process has run for five times as long as it
// took to start.
func TestOtherProcessesHaveTheirTurnBetweenCases(t *testing.T) {
	for each, want := range map[time.Duration]int{
		time.Second:               3, // two cases each
		5 * startOfProcess:        5,
		5*startOfProcess - 1:      3,
		5 * startOfProcess / 4:    2, // four cases, and one
		5*startOfProcess/5 - 1000: 1,
	} {
		synctest.Test(t, func(t *testing.T) {
			takes := func(string) time.Duration { return each }
			if a := runAsking(t, wanted{lockerOf()}, 1, takes, holders("g", 5)...); len(a.processes) != want {
				t.Errorf("cases of %v: the processes ran %q", each, a.processes)
			}
		})
	}
}

// A process that runs its tests several times, as by m.Run for each backend, runs each of them to
// the last time, even if somebody waits.
func TestCasesThatRunAgainAreNotStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		again := 0
		f := frameworkFunc(func(b event.Batch, r event.Report) [][]event.Case {
			r.Started(b.Cases[0])
			r.Finished(b.Cases[0], event.Result{})
			for range 2 {
				if b.MayGoOn != nil && b.MayGoOn(b.Cases[0]) != event.Start {
					t.Error("its second run was stopped")
				}
				again++
			}
			return [][]event.Case{b.Cases[1:]}
		})
		run(t.Context(), asks(f, wanted{lockerOf()}, 1), holders("g", 3)...)
		if again != 6 {
			t.Errorf("%d runs", again)
		}
	})
}

type frameworkFunc func(event.Batch, event.Report) [][]event.Case

func (f frameworkFunc) Run(_ context.Context, b event.Batch, r event.Report) [][]event.Case {
	return f(b, r)
}

// However cases share processes, each runs once, and no two that need a group run at the same
// time.
func TestSharedProcessesKeepTheirPromises(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		labels := []string{"g", "h", "two"}
		var cases []schedule.Case
		for i := range rapid.IntRange(1, 30).Draw(t, "cases") {
			needs := rapid.SliceOfNDistinct(rapid.SampledFrom(labels), 0, 2, rapid.ID[string]).Draw(t, "needs")
			slices.Sort(needs)
			cases = append(cases, newCase(fmt.Sprint(i), needs...))
		}
		workers := rapid.IntRange(1, 4).Draw(t, "workers")
		synctest.Test(outer, func(*testing.T) {
			a := &asking{takes: aSecond, ran: map[string]int{}}
			run(context.Background(), asks(a, lockerOf(), workers), cases...)
			for _, c := range cases {
				if a.ran[c.Name] != 1 {
					t.Fatalf("%s ran %d times; the processes ran %q", c.Name, a.ran[c.Name], a.processes)
				}
			}
			for i, one := range a.spans {
				for _, other := range a.spans[:i] {
					for _, n := range needsOf(cases, one.name) {
						if n != "two" && slices.Contains(needsOf(cases, other.name), n) && one.overlaps(other) {
							t.Fatalf("%s and %s hold %s at a time", one.name, other.name, n)
						}
					}
				}
			}
		})
	})
}

func needsOf(cases []schedule.Case, name string) (labels []string) {
	i := slices.IndexFunc(cases, func(c schedule.Case) bool { return c.Name == name })
	for _, n := range cases[i].Needs {
		labels = append(labels, n.Group)
	}
	return labels
}

// brokenMain is a framework whose process fails before its tests, for all of them.
type brokenMain struct{ runs int }

func (f *brokenMain) Run(_ context.Context, b event.Batch, r event.Report) [][]event.Case {
	f.runs++
	for _, c := range b.Cases {
		r.Finished(c, event.Result{Outcome: event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: "no server"}})
	}
	return nil
}

func TestProcessThatFailsForAllOfItsCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &brokenMain{}
		cases := holders("g", 5)
		r := run(t.Context(), asks(f, lockerOf(), 2), cases...)
		for _, c := range cases {
			r.wantOutcome(t, c.Name, event.Errored, event.TypeStart)
		}
		if f.runs != 1 {
			t.Errorf("%d processes", f.runs)
		}
	})
}
