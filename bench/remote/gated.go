package main

import (
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// The gated workload: how many targets of consumer/gated hold which group from the beginning to the
// end.
const dbTargets, poolTargets, schemaTargets, readerTargets = 2, 3, 1, 3

// mostWaiting is the largest part of the executors' time that may pass waiting when there is a gate.
const mostWaiting = 0.02

// boundGated is a time that no schedule of the gated workload can beat.
func boundGated() time.Duration {
	const target = inAll * takes
	return max(
		targets*target/workers,
		dbTargets*target,
		poolTargets*target/2,
		schemaTargets*target+readerTargets*target/workers,
	)
}

// measureGated measures tests that hold their group as a whole, with a gate and without, beside the
// same tests without groups: these show what actions take to begin and to end.
func measureGated(table *harness.Table) error {
	const rounds = 2
	var without, with, bare usages
	for range rounds {
		for _, part := range []struct {
			used  *usages
			by    executor
			suite string
		}{{&without, direct, "//gated"}, {&with, gated, "//gated"}, {&bare, direct, "//ungrouped"}} {
			if err := part.used.add(part.by, part.suite); err != nil {
				return err
			}
		}
	}
	least := harness.Samples{boundGated()}
	table.Compare("makespan of targets that hold a group as a whole", least, without.makespans, harness.RatioAtMost(1.25))
	table.Compare("- with the gate", least, with.makespans, harness.RatioAtMost(1.15))
	waits := func(u *usages) time.Duration { return max(0, u.waited-bare.waited) }
	share := float64(waits(&with)) / float64(with.all)
	table.Rows = append(table.Rows,
		harness.Row{What: "executor time that waits for groups", Figure: without.share(waits(&without))},
		harness.Row{
			What: "- with the gate", Figure: with.share(waits(&with)), Bound: fmt.Sprintf("≤ %.0f %%", 100*mostWaiting),
			Missed: share > mostWaiting,
		})
	table.Notes = append(table.Notes, fmt.Sprintf("Whole targets: %d targets of 4 shards and %d cases of %v each, every case of which holds the "+
		"target's group, %d times. Executor time that waits: that of all actions, without what the same actions take without groups.",
		targets, inAll, takes, rounds))
	return nil
}
