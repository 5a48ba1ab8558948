package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"pgregory.net/rapid"
)

// lasts is the quantum of a process that takes startOfProcess to its first case.
const lasts = 5 * startOfProcess

// target is a test whose cases all want one group, as several others do.
type target struct {
	*asking
	cases  []schedule.Case
	events *recorder // once it has run
}

func anyTarget(t *rapid.T, name string) *target {
	own := &target{asking: &asking{ran: map[string]int{}}}
	takes := map[string]time.Duration{}
	for i := range rapid.IntRange(1, 40).Draw(t, "cases") {
		c := newCase(fmt.Sprint(name, i), "g")
		takes[c.Name] = time.Duration(rapid.IntRange(1, 3000).Draw(t, "ms")) * time.Millisecond
		own.cases = append(own.cases, c)
	}
	own.takes = func(name string) time.Duration { return takes[name] }
	return own
}

// work is how long the cases run in all, and longest the longest of them.
func (t *target) work() (work, longest time.Duration) {
	for _, c := range t.cases {
		work += t.takes(c.Name)
		longest = max(longest, t.takes(c.Name))
	}
	return work, longest
}

// However many targets want a group, few processes start: each but the last of a target runs for
// its whole quantum. And each target waits for at most a start, a quantum and a case of each other
// one.
func TestQuantumBoundsChangesAndWaits(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		var targets []*target
		for i := range rapid.IntRange(1, 8).Draw(t, "targets") {
			targets = append(targets, anyTarget(t, string(rune('a'+i))))
		}
		synctest.Test(outer, func(*testing.T) { runTogether(targets) })
		for i, own := range targets {
			work, _ := own.work()
			if most := int(work/lasts) + 1; len(own.processes) > most {
				t.Errorf("%v of work, %d processes, and not %d at most: %q", work, len(own.processes), most, own.processes)
			}
			var wait time.Duration
			for _, other := range slices.Delete(slices.Clone(targets), i, i+1) {
				_, longest := other.work()
				wait += startOfProcess + lasts + longest
			}
			for _, e := range eventsOf[event.CaseStarted](own.events) {
				if waited := e.Turn.Held[0].Acquired.Sub(e.Turn.Asked); waited > wait {
					t.Errorf("%s waited for %v, and not for %v at most", e.Case.Name, waited, wait)
				}
			}
		}
	})
}

func runTogether(targets []*target) {
	locker := lockerOf()
	var all sync.WaitGroup
	for _, own := range targets {
		all.Go(func() { own.events = run(context.Background(), asks(own, locker, 1), own.cases...) })
	}
	all.Wait()
}
