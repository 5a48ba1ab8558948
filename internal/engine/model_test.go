package engine

// A model of runners that share groups, every state of which is checked.
//
// What it takes from the code as it is: the dispatcher with its rules (step, wait, keepsWorker,
// workerOfKeeper, answer, keepsGroups, finished, rested), the agenda, the usage and the shares.
// Instead of effects, which are goroutines, it notes what is started, and does it in every
// possible order.
//
// What it says again in its own words, and where that is in the code:
//
//	modelWorld.eachOfAsk   run.hold, Locker.Acquire: one group after the other, in one
//	                       order (lock.ByScope, group.Canonical), those with a rate last
//	modelWorld.eachOfLock  a queue: register.Locker, cluster.claim. Scope process, which
//	                       takes all groups at one moment, can only wait less
//	modelRunner.happen     which method of the dispatcher effects.hold, execute and rest
//	                       call when
//
// More can happen in it than in the code, so that what it cannot find cannot happen: the agenda
// may prefer any class at any time, others come and go as they like, and a case runs for any
// time. It has small numbers instead of maxGiveBacks and maxBypass, because the rules only
// compare with them. It leaves out cases that cannot get their groups or lose them, cases that
// stay together (Batches) or join a process (Asks), and the end of a run that is cut short.

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// everySetting is for changes to the rules: without it the test checks a part of the settings,
// because there are some twenty million states in all.
var everySetting = flag.Bool("model.all", false, "look at every setting of the model, which takes minutes")

// mostModelStates is the most states of one setting.
const mostModelStates = 1_500_000

// Groups of the settings.
var (
	plain    = modelGroup{capacity: 1}
	wanted   = modelGroup{capacity: 1, others: true}
	pair     = modelGroup{capacity: 2}
	ratedOne = modelGroup{capacity: 1, starts: 1}
	ratedTwo = modelGroup{capacity: 2, starts: 1}
)

// There is no state in which cases have not finished and nothing can happen, and from each state
// all cases can still finish.
func TestModelHasNoDeadlock(t *testing.T) {
	for name, settings := range map[string][]modelSetting{
		"one runner":               some(2, oneRunner()),
		"two runners at the limit": twoRunners(0),
		"two runners up to it":     some(25, twoRunners(1)),
		"chosen":                   chosen(),
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			t.Logf("%d states of %d settings in %v", exploreAll(t, settings), len(settings), time.Since(begun))
		})
	}
}

// some returns each nth setting, unless all are asked for.
func some(n int, all []modelSetting) (some []modelSetting) {
	if *everySetting {
		return all
	}
	for i := 0; i < len(all); i += n {
		some = append(some, all[i])
	}
	return some
}

// exploreAll returns how many states the settings have together.
func exploreAll(t *testing.T, settings []modelSetting) (states int64) {
	t.Helper()
	var next, sum atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(settings) && !t.Failed(); i = int(next.Add(1)) - 1 {
				n, wrong := explore(settings[i], mostModelStates)
				sum.Add(int64(n))
				if wrong != "" {
					t.Errorf("setting %v: %s", settings[i], wrong)
				}
			}
		})
	}
	workers.Wait()
	return sum.Load()
}

// oneRunner has every runner with three cases that need any of two groups, which others use too,
// and of one with a rate.
func oneRunner() (all []modelSetting) {
	for _, cases := range choices([]string{"-", "A", "B", "C", "AB", "AC", "BC", "ABC"}, 3) {
		for workers := 1; workers <= 2; workers++ {
			all = append(all, modelSetting{
				groups: []modelGroup{wanted, wanted, ratedOne}, runners: []modelRunnerSetting{modelCases(workers, cases...)},
				giveBacks: 1, bypasses: 1, known: true,
			})
		}
	}
	return all
}

// twoRunners has every two runners with a worker and two cases that need any of two groups, one
// of which others use, and of one with a rate.
func twoRunners(giveBacks int) (all []modelSetting) {
	runners := choices([]string{"-", "A", "B", "AB", "AC", "BC"}, 2)
	for i, one := range runners {
		for _, other := range runners[i:] {
			all = append(all, modelSetting{
				groups:    []modelGroup{wanted, plain, ratedOne},
				runners:   []modelRunnerSetting{modelCases(1, one...), modelCases(1, other...)},
				giveBacks: giveBacks, bypasses: 1, known: true,
			})
		}
	}
	return all
}

// choices returns all ways to choose n of texts, each of which may be chosen again.
func choices(texts []string, n int) (all [][]string) {
	if n == 0 {
		return [][]string{nil}
	}
	for i, first := range texts {
		for _, rest := range choices(texts[i:], n-1) {
			all = append(all, append([]string{first}, rest...))
		}
	}
	return all
}

// chosen has settings that are too large to be tried in all ways.
func chosen() []modelSetting {
	setting := func(giveBacks int, groups []modelGroup, runners ...modelRunnerSetting) modelSetting {
		return modelSetting{groups: groups, runners: runners, giveBacks: giveBacks, bypasses: 1, known: true}
	}
	all := []modelSetting{
		// What once was a deadlock: in one runner, and between two.
		setting(maxGiveBacks, []modelGroup{wanted, plain, ratedOne}, modelCases(1, "AB", "AC", "-")),
		setting(2, []modelGroup{wanted, plain, ratedOne}, modelCases(1, "AB", "AB", "AC", "-")),
		setting(0, []modelGroup{wanted, wanted, ratedOne, ratedOne}, modelCases(1, "A", "BC"), modelCases(1, "B", "AD")),
		// Two workers.
		setting(2, []modelGroup{wanted, wanted, ratedOne}, modelCases(2, "AB", "AC", "BC")),
		setting(1, []modelGroup{plain, plain, ratedOne}, modelCases(2, "AB", "AC", "-"), modelCases(2, "B", "ABC", "-")),
		// Several units.
		setting(1, []modelGroup{pair, plain, ratedTwo}, modelCases(1, "AA", "AC"), modelCases(1, "AB", "BCC")),
		setting(1, []modelGroup{pair, pair, ratedTwo}, modelCases(2, "AAB", "ABB", "C"), modelCases(1, "AB", "AACC")),
		// Shared use, by some and by all, with a rate and without.
		setting(1, []modelGroup{wanted, plain, ratedOne}, modelCases(2, "a", "a", "AC")),
		setting(1, []modelGroup{plain, plain, ratedOne}, modelCases(2, "ab", "ab", "-"), modelCases(1, "AB", "aC", "-")),
		setting(1, []modelGroup{plain, plain, ratedOne}, modelCases(2, "a", "a", "Bc"), modelCases(1, "A", "b")),
		// Two groups with a rate.
		setting(1, []modelGroup{plain, ratedOne, ratedOne}, modelCases(1, "A", "ABC", "-"), modelCases(1, "AB", "AC")),
		// Three runners.
		setting(1, []modelGroup{plain, plain, ratedOne}, modelCases(1, "AB", "-"), modelCases(1, "AC", "-"), modelCases(1, "BC", "-")),
		setting(0, []modelGroup{plain, ratedOne}, modelCases(1, "A", "AB"), modelCases(1, "A", "AB"), modelCases(1, "A", "AB")),
		setting(0, []modelGroup{plain, pair, plain}, modelCases(1, "AB", "BC"), modelCases(1, "AC", "-"), modelCases(2, "ABB", "C")),
	}
	for i := range all[:3] {
		unknown := all[i] // only the lockers know the capacities
		unknown.known = false
		all = append(all, unknown)
	}
	retried := setting(1, []modelGroup{wanted, wanted, ratedOne}, modelCases(1, "AB", "AC", "-"))
	retried.bad = 1
	passing := setting(1, []modelGroup{plain, plain, ratedOne}, modelCases(1, "AB", "AC", "-"), modelCases(1, "A", "B"))
	passing.bypasses = schedule.MaxBypass
	return append(all, retried, passing)
}

// bugs are the bugs that the model has to find.
var bugs = map[string]struct {
	setting modelSetting
	finds   string
}{
	// An earlier rule of the dispatcher: a case that keeps its groups waits for the worker that
	// another one keeps.
	"a runner waits for itself": {modelSetting{
		groups: []modelGroup{wanted, plain, ratedOne}, runners: []modelRunnerSetting{modelCases(1, "AB", "AC", "-")},
		giveBacks: 2, bypasses: 1, known: true, change: forgetKeepers,
	}, "a deadlock"},
	"two runners wait for one another": {modelSetting{
		groups:    []modelGroup{wanted, wanted, ratedOne, ratedOne},
		runners:   []modelRunnerSetting{modelCases(1, "A", "BC"), modelCases(1, "B", "AD")},
		giveBacks: 0, bypasses: 1, change: forgetKeepers,
	}, "a deadlock"},
	"groups in two orders": {modelSetting{
		groups: []modelGroup{plain, plain}, runners: []modelRunnerSetting{modelCases(1, "AB"), modelCases(1, "AB")},
		giveBacks: 1, bypasses: 1, backwards: true,
	}, "a deadlock"},
	"a case that is forgotten": {modelSetting{
		groups: []modelGroup{wanted}, runners: []modelRunnerSetting{modelCases(1, "A", "-")},
		giveBacks: 0, bypasses: 1, change: func(d *dispatcher) { d.kept = nil },
	}, "the usage is counted"},
	"a worker that is lost": {modelSetting{
		groups: []modelGroup{wanted}, runners: []modelRunnerSetting{modelCases(2, "A", "-")},
		giveBacks: 1, bypasses: 1, change: func(d *dispatcher) { d.idle = d.idle[:0] },
	}, "workers"},
}

// forgetKeepers keeps workers from being taken from cases that keep them while they wait.
func forgetKeepers(d *dispatcher) { d.keepers = nil }

func TestModelFindsBugs(t *testing.T) {
	for name, bug := range bugs {
		t.Run(name, func(t *testing.T) {
			n, wrong := explore(bug.setting, mostModelStates)
			if !strings.Contains(wrong, bug.finds) {
				t.Fatalf("of %d states it says %q, want %q", n, wrong, bug.finds)
			}
			t.Logf("after %d states: %s", n, wrong)
			bug.setting.change, bug.setting.backwards = nil, false
			if n, wrong := explore(bug.setting, mostModelStates); wrong != "" {
				t.Errorf("without the bug, of %d states: %s", n, wrong)
			}
		})
	}
}

// String names a setting in a failure.
func (s modelSetting) String() string {
	var runners []string
	for _, r := range s.runners {
		runners = append(runners, fmt.Sprintf("%d workers with %v", r.workers, r.needs))
	}
	return fmt.Sprintf("of groups %+v, %d give-backs, and runners: %s", s.groups, s.giveBacks, strings.Join(runners, "; "))
}
