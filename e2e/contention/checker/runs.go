package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// checkRuns finds runs that did not start once and end once, that should not be there, or that
// did not pass.
func checkRuns(records []record, results map[run]result) findings {
	var found findings
	started, ended := map[run]int{}, map[run]int{}
	for _, r := range records {
		if r.start {
			started[r.run]++
			continue
		}
		if ended[r.run]++; ended[r.run] > started[r.run] {
			found.add("runs", "%v ends before it starts", r.run)
		}
	}
	for _, run := range sortedRuns(started, ended, results) {
		if started[run] != 1 || ended[run] != 1 {
			found.add("runs", "%v started %d times and ended %d times, not once each", run, started[run], ended[run])
		}
		if result, known := results[run]; !known {
			found.add("runs", "%v is in the log, but not among Bazel's results", run)
		} else if result.status != passed {
			found.add("runs", "%v is %s, not PASSED", run, result.status)
		}
	}
	if len(results) == 0 {
		found.add("runs", "Bazel ran nothing")
	}
	return found
}

// checkStrategies finds runs for which Bazel used another strategy than it was told: local for
// runs with that tag, sandbox for the others. There must be some of both.
func checkStrategies(results map[run]result, sandbox string) findings {
	var found findings
	used := map[string]bool{}
	for _, run := range sortedRuns(nil, nil, results) {
		r := results[run]
		if r.script {
			continue
		}
		used[r.strategy] = true
		if want := r.wantedStrategy(sandbox); r.strategy != want {
			found.add("strategy", "%v ran under %s, not under %s", run, r.strategy, want)
		}
	}
	for _, want := range []string{"local", sandbox} {
		if !used[want] {
			found.add("strategy", "nothing ran under %s", want)
		}
	}
	return found
}

// checkNetworks finds runs that should have had no network, but share their network namespace
// with a run of the strategy local.
func checkNetworks(records []record, results map[run]result) findings {
	var found findings
	open := map[string]bool{}
	for _, r := range records {
		if results[r.run].strategy == "local" {
			open[r.network] = true
		}
	}
	for _, r := range records {
		if r.start && results[r.run].blocksNetwork() && open[r.network] {
			found.add("network", "%v is tagged block-network, but runs in the network of the machine", r.run)
		}
	}
	return found
}

// checkConfigurations checks that lock files of as many configurations as wanted were in use at
// the same time, as groups of the same name.
func checkConfigurations(records []record, wanted int) findings {
	var found findings
	of := map[string]map[string]bool{}
	for _, r := range records {
		if r.locks == "" {
			continue
		}
		for _, u := range r.uses {
			if of[u.name] == nil {
				of[u.name] = map[string]bool{}
			}
			of[u.name][r.locks] = true
		}
	}
	most := 0
	for _, configurations := range of {
		most = max(most, len(configurations))
	}
	if most < wanted {
		found.add("configurations", "no group has lock files in more than %d configurations, so not in %d", most, wanted)
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

// findings are sentences, each after the name of its check and a colon.
type findings []string

func (f *findings) add(check, format string, args ...any) {
	*f = append(*f, check+": "+fmt.Sprintf(format, args...))
}
