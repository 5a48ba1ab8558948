package simulation_test

import (
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// expected is what the plan expects of a workload, for comparison with what the engine needs.
func expected(w simulation.Workload, s simulation.Setting) time.Duration {
	believed := w.Problem(s)
	believed.Cases = slices.Clone(w.Cases)
	var actual []time.Duration
	for i, c := range w.Cases {
		actual = append(actual, c.Takes)
		if !s.Timings {
			believed.Cases[i].Takes = 0
		}
	}
	return schedule.Simulate(believed, plan.Make(believed).Shard, actual)
}

// Shards that wait for one another's groups do so in the order in which they asked, and hold some
// of several groups meanwhile. The expectation ignores that, so it may be too optimistic. By how
// much differs from run to run, because the order of shards that ask at the same time is random.
func TestTheExpectationIsCloseToTheEngine(t *testing.T) {
	for _, kind := range simulation.Kinds {
		w := kind.Make(1)
		for s, tolerance := range map[simulation.Setting]float64{
			{Shards: 1, Workers: 2, Timings: true}:  0.02,
			{Shards: 1, Workers: 8, Timings: false}: 0.02,
			{Shards: 4, Workers: 2, Timings: true}:  0.06,
			{Shards: 4, Workers: 2, Timings: false}: 0.15,
		} {
			got, want := expected(w, s), simulation.Run(t, w, s).Makespan
			if off := got.Seconds()/want.Seconds() - 1; off > tolerance || off < -tolerance {
				t.Errorf("%s, %+v: expected %v, took %v", kind.Name, s, got, want)
			}
		}
	}
}
