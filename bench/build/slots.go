package main

import (
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// measureSlots shows the cost for others of tests that only wait, with and without the setting
// that keeps Bazel from starting them.
func measureSlots() (*harness.Table, error) {
	const rounds = 5
	slots := func(flags ...string) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			return timeTests("Executed 12 out of 12 tests: 12 tests pass.",
				append(flags, "--local_resources=cpu=2", "--jobs=16", "//bench/build_targets:slots")...)
		}
	}
	results, err := harness.Interleave(rounds,
		slots(), slots("--//rules:resource_tags", "--local_resources=//bench/build_targets//chain=1"))
	if err != nil {
		return nil, err
	}
	// 12 tests of 4 s on 2 CPUs, and a chain of 6 of them: each takes 24 s.
	bound := harness.Samples{24 * time.Second}
	table := &harness.Table{
		Floor: "the least that 12 tests of 4 s can take on 2 CPUs, where 6 of them run one after the other",
		Notes: []string{"Wall time of the whole command. Bazel starts tests in an arbitrary order; each time that none of the group is " +
			"among those it picks, the chain stops for 4 s."},
	}
	table.Compare("resource_tags off", bound, results[0], harness.Information)
	table.Compare("resource_tags on", bound, results[1], harness.RatioAtMost(1.15))
	return table, nil
}
