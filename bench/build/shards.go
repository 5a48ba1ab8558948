package main

import (
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// measureShards compares our shards with the shards that rules_go makes of the same tests.
func measureShards() (*harness.Table, error) {
	const rounds = 5
	shards := func(name string) func() (time.Duration, error) {
		return func() (time.Duration, error) {
			return timeTests("Executed 1 out of 1 test: 1 test passes.", "//bench/build_targets:"+name)
		}
	}
	results, err := harness.Interleave(rounds, shards("sharded_test_ungrouped"), shards("sharded_test"))
	if err != nil {
		return nil, err
	}
	table := &harness.Table{Floor: "rules_go's own sharding of the same 200 tests of 50 ms"}
	table.Compare("5 shards with 1 worker each", results[0], results[1], harness.RatioAtMost(1.05))
	return table, nil
}
