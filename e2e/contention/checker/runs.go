package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// checkRuns finds runs that did not start once and end once, that should not be there, or that
// did not pass.
func checkRuns(records []record, results map[run]result) (found witness.Findings) {
	started, ended := map[run]int{}, map[run]int{}
	for _, r := range records {
		if r.Event == caselog.Start {
			started[r.run]++
			continue
		}
		if ended[r.run]++; ended[r.run] > started[r.run] {
			found.Add("runs", "%v ends before it starts", r.run)
		}
	}
	for _, run := range sortedRuns(started, ended, results) {
		if started[run] != 1 || ended[run] != 1 {
			found.Add("runs", "%v started %d times and ended %d times, not once each", run, started[run], ended[run])
		}
		if result, known := results[run]; !known {
			found.Add("runs", "%v is in the log, but not among Bazel's results", run)
		} else if result.status != passed {
			found.Add("runs", "%v is %s, not PASSED", run, result.status)
		}
	}
	if len(results) == 0 {
		found.Add("runs", "Bazel ran nothing")
	}
	return found
}

// checkStrategies finds runs for which Bazel used another strategy than it was told: local for
// runs with that tag, sandbox for the others. There must be some of both.
func checkStrategies(results map[run]result, sandbox string) (found witness.Findings) {
	used := map[string]bool{}
	for _, run := range sortedRuns(nil, nil, results) {
		r := results[run]
		if r.script {
			continue
		}
		used[r.strategy] = true
		if want := r.wantedStrategy(sandbox); r.strategy != want {
			found.Add("strategy", "%v ran under %s, not under %s", run, r.strategy, want)
		}
	}
	for _, want := range []string{"local", sandbox} {
		if !used[want] {
			found.Add("strategy", "nothing ran under %s", want)
		}
	}
	return found
}

// checkNetworks finds runs that should have had no network, but share their network namespace
// with a run of the strategy local.
func checkNetworks(records []record, results map[run]result) (found witness.Findings) {
	open := map[string]bool{}
	for _, r := range records {
		if results[r.run].strategy == "local" {
			open[r.Facts[network]] = true
		}
	}
	for _, r := range records {
		if r.Event == caselog.Start && results[r.run].blocksNetwork() && open[r.Facts[network]] {
			found.Add("network", "%v is tagged block-network, but runs in the network of the machine", r.run)
		}
	}
	return found
}

// checkConfigurations checks that lock files of as many configurations as wanted were in use at
// the same time, as groups of the same name.
func checkConfigurations(records []record, wanted int) (found witness.Findings) {
	of := map[string]map[string]bool{}
	for _, r := range records {
		if r.Facts[locks] == "" {
			continue
		}
		for _, u := range r.Uses {
			if of[u.Group] == nil {
				of[u.Group] = map[string]bool{}
			}
			of[u.Group][r.Facts[locks]] = true
		}
	}
	most := 0
	for _, configurations := range of {
		most = max(most, len(configurations))
	}
	if most < wanted {
		found.Add("configurations", "no group has lock files in more than %d configurations, so not in %d", most, wanted)
	}
	return found
}

func sortedRuns(started, ended map[run]int, results map[run]result) []run {
	all := map[run]bool{}
	for run := range started {
		all[run] = true
	}
	for run := range ended {
		all[run] = true
	}
	for run := range results {
		all[run] = true
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b run) int {
		return cmp.Or(
			cmp.Compare(a.target, b.target), cmp.Compare(a.build, b.build),
			cmp.Compare(a.number, b.number), cmp.Compare(a.test, b.test),
		)
	})
}
