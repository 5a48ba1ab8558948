package simulation_test

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/simulation"
	"pgregory.net/rapid"
)

func times(seconds ...int) (all []time.Duration) {
	for _, s := range seconds {
		all = append(all, time.Duration(s)*time.Second)
	}
	return all
}

func TestTurns(t *testing.T) {
	for _, c := range []struct {
		name  string
		turns simulation.Turns
		want  simulation.TurnsResult
	}{
		{
			"each case costs a start",
			simulation.Turns{Targets: [][]time.Duration{times(1, 1), times(1, 1)}, Units: 1, Start: time.Second},
			simulation.TurnsResult{Makespan: 8 * time.Second, Starts: 4, Wait: 2 * time.Second},
		},
		{
			"a quantum of two cases",
			simulation.Turns{Targets: [][]time.Duration{times(1, 1, 1), times(1, 1)}, Units: 1, Start: time.Second, Worth: 2},
			simulation.TurnsResult{Makespan: 8 * time.Second, Starts: 3, Wait: 3 * time.Second},
		},
		{
			"nobody waits",
			simulation.Turns{Targets: [][]time.Duration{times(1, 1, 1)}, Units: 2, Start: time.Second},
			simulation.TurnsResult{Makespan: 4 * time.Second, Starts: 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.turns.Run(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// What docs/design/locking.md says of a quantum.
func TestQuantumKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		turns := simulation.Turns{
			Units: rapid.IntRange(1, 3).Draw(t, "units"), Worth: rapid.IntRange(1, 10).Draw(t, "worth"),
			Start:   time.Duration(rapid.IntRange(1, 1500).Draw(t, "start")) * time.Millisecond,
			Targets: simulation.Suite(rapid.Uint64().Draw(t, "seed"), 8, rapid.IntRange(8, 300).Draw(t, "cases"), 200*time.Millisecond),
		}
		lasts := time.Duration(turns.Worth) * turns.Start
		most := 0
		var longest, work time.Duration
		for _, cases := range turns.Targets {
			var own time.Duration
			for _, takes := range cases {
				own += takes
				longest = max(longest, takes)
			}
			work += own
			most += 1 + int(own/lasts)
		}
		got := turns.Run()
		if got.Starts > most {
			t.Errorf("%d starts, and not %d at most", got.Starts, most)
		}
		if wait := time.Duration(len(turns.Targets)-1) * (turns.Start + lasts + longest); got.Wait > wait && turns.Units == 1 {
			t.Errorf("a case waits for %v, and not for %v at most", got.Wait, wait)
		}
		if got.Makespan < work/time.Duration(turns.Units) {
			t.Errorf("%v of work in %v on %d units", work, got.Makespan, turns.Units)
		}
	})
}
