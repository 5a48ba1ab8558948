package main

import (
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/seed/api"
)

// variant is a way to run the suite, with some limits of the API.
type variant struct {
	target string
	limits api.Limits
}

func atOnce(n int) api.Limits { return api.Limits{AtOnce: n} }

// byRate is the limit of the target with a rate: fewer conversations than would begin without it.
var byRate = api.Limits{AtOnce: 4, Conversations: 15, Window: 5 * time.Second}

// One test at a time never reaches the limit, nor does loadgroup, which runs all tests of a group
// in one process.
var (
	serially     = variant{serial, atOnce(4)}
	grouped      = variant{loadgroup, atOnce(4)}
	ungroupedBy4 = variant{load, atOnce(4)}
	ungroupedBy1 = variant{load, atOnce(1)}
	oursBy4      = variant{ours(4), atOnce(4)}
	oursBy1      = variant{ours(1), atOnce(1)}
	oursByRate   = variant{rated, byRate}
	unratedBy4   = variant{ours(4), byRate}
)

// round is what is run side by side. The variant that must not fail once in ten runs is run most
// often.
var round = []variant{
	oursBy4, serially, oursBy4, grouped, oursBy4, oursBy1, oursBy4, oursByRate, oursBy4,
}

// compare runs all variants in rounds, every other one backwards, so that no variant always comes
// after the same other one.
func (b *bench) compare(rounds int) (map[variant][]run, error) {
	runs := map[variant][]run{}
	for n := range rounds {
		for i := range round {
			if n%2 == 1 {
				i = len(round) - 1 - i
			}
			v := round[i]
			r, err := b.test("test", v.target, v.limits)
			if err != nil {
				return nil, err
			}
			runs[v] = append(runs[v], r)
		}
	}
	return runs, nil
}

// took is how long the whole commands took.
func took(runs []run) harness.Samples {
	var s harness.Samples
	for _, r := range runs {
		s = append(s, r.took)
	}
	return s
}

// makespans are the times from the first test's beginning to the last one's end.
func makespans(runs []run) harness.Samples {
	var s harness.Samples
	for _, r := range runs {
		s = append(s, r.log.Makespan())
	}
	return s
}
