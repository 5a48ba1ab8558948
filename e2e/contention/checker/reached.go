package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// peaks are the largest numbers seen at any moment.
type peaks struct {
	// units is how much of each resource is used.
	units map[string]int
	// sharers is the number of runs that share a resource.
	sharers map[string]int
	// all is the number of runs, whatever they use.
	all int
	// beside are the builds that had a run under way at the same time as a run of another build
	// or of a script; empty stands for the scripts.
	beside map[string]bool
	// apart says whether two runs were under way at the same time that use resources, but none in
	// common: so groups do not wait for one another.
	apart bool
}

func (p peaks) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p.units)) {
		part := fmt.Sprintf("%s %d", name, p.units[name])
		if n := p.sharers[name]; n > 0 {
			part += fmt.Sprintf(" or shared by %d", n)
		}
		parts = append(parts, part)
	}
	return fmt.Sprintf("most at once: %s, in all %d", strings.Join(parts, ", "), p.all)
}

// peaksOf replays the log.
func peaksOf(holdings []holding, uses map[string][]witness.Use) peaks {
	seen := peaks{units: map[string]int{}, sharers: map[string]int{}, beside: map[string]bool{}}
	sweep(holdings, seen.add)
	for name := range uses {
		witness.SweepUses(uses[name], func(underWay []witness.Use) {
			now := witness.UsageOf(underWay)
			seen.units[name] = max(seen.units[name], now.Units)
			seen.sharers[name] = max(seen.sharers[name], len(now.Sharers))
		})
	}
	return seen
}

// add notes which runs are under way when the last of them starts.
func (p *peaks) add(underWay []holding) {
	p.all = max(p.all, len(underWay))
	others, last := underWay[:len(underWay)-1], underWay[len(underWay)-1]
	p.apart = p.apart || slices.ContainsFunc(others, last.isApartFrom)
	for _, other := range others {
		if other.build != last.build {
			p.beside[other.build], p.beside[last.build] = true, true
		}
	}
}

// checkReached checks that there was contention to speak of: a log in which one run follows
// another would pass whatever the locks did.
func checkReached(seen peaks, capacity map[string]int) (found witness.Findings) {
	for _, name := range slices.Sorted(maps.Keys(capacity)) {
		if seen.units[name] < capacity[name] {
			found.Add("reached", "%s, of capacity %d, was never used by more than %d at once", name, capacity[name], seen.units[name])
		}
		if seen.sharers[name] == 1 {
			found.Add("reached", "%s was never shared by more than one at once", name)
		}
	}
	if !seen.apart {
		found.Add("reached", "runs that have no resource in common never ran at once")
	}
	return found
}

// checkBuilds checks that each of several builds, and the scripts if there are some, had runs
// under way beside those of others.
func checkBuilds(seen peaks, results map[run]result) (found witness.Findings) {
	builds := map[string]bool{}
	for r := range results {
		builds[r.build] = true
	}
	if len(builds) < 2 {
		return nil
	}
	for _, build := range slices.Sorted(maps.Keys(builds)) {
		if !seen.beside[build] {
			found.Add("reached", "no run of %s was ever under way beside another build's", cmp.Or(build, "the scripts"))
		}
	}
	return found
}
