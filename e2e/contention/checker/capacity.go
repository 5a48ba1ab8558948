package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// checkCapacity replays the log and finds every start that took a resource beyond its capacity,
// or mixed shared and exclusive users of it.
func checkCapacity(records []record, capacity map[string]int) (peaks, findings) {
	var found findings
	seen := peaks{units: map[string]int{}, sharers: map[string]int{}, beside: map[string]bool{}}
	var active []record
	for _, r := range records {
		if !r.start {
			active = slices.DeleteFunc(active, func(a record) bool { return a.run == r.run })
			continue
		}
		seen.apart = seen.apart || slices.ContainsFunc(active, r.isApartFrom)
		for _, a := range active {
			if a.build != r.build {
				seen.beside[a.build], seen.beside[r.build] = true, true
			}
		}
		active = append(active, r)
		seen.all = max(seen.all, len(active))
		for _, u := range r.uses {
			now := usageOf(u.name, active)
			seen.units[u.name] = max(seen.units[u.name], now.units)
			seen.sharers[u.name] = max(seen.sharers[u.name], len(now.sharers))
			if limit, known := capacity[u.name]; !known {
				found.add("capacity", "%v uses %s, of which no capacity was given", r.run, u.name)
			} else if now.units > limit {
				found.add("capacity", "%s, of capacity %d, is used at once by %s", u.name, limit, strings.Join(now.users, ", "))
			}
			if len(now.users) > 0 && len(now.sharers) > 0 {
				found.add("sharing", "%s is shared by %s, and used at once by %s",
					u.name, strings.Join(now.sharers, ", "), strings.Join(now.users, ", "))
			}
		}
	}
	return seen, found
}

// checkReached checks that there was contention to speak of: a log in which one run follows
// another would pass whatever the locks did.
func checkReached(seen peaks, capacity map[string]int) findings {
	var found findings
	for _, name := range slices.Sorted(maps.Keys(capacity)) {
		if seen.units[name] < capacity[name] {
			found.add("reached", "%s, of capacity %d, was never used by more than %d at once", name, capacity[name], seen.units[name])
		}
		if seen.sharers[name] == 1 {
			found.add("reached", "%s was never shared by more than one at once", name)
		}
	}
	if !seen.apart {
		found.add("reached", "runs that have no resource in common never ran at once")
	}
	return found
}

// checkBuilds checks that each of several builds, and the scripts if there are some, had runs
// under way beside those of others.
func checkBuilds(seen peaks, results map[run]result) findings {
	var found findings
	builds := map[string]bool{}
	for r := range results {
		builds[r.build] = true
	}
	if len(builds) < 2 {
		return nil
	}
	for _, build := range slices.Sorted(maps.Keys(builds)) {
		if !seen.beside[build] {
			found.add("reached", "no run of %s was ever under way beside another build's", cmp.Or(build, "the scripts"))
		}
	}
	return found
}

// usesOf reports whether the run uses a resource.
func (r record) usesOf(name string) bool {
	return slices.ContainsFunc(r.uses, func(u use) bool { return u.name == name })
}

// isApartFrom reports whether both use resources, and none in common.
func (r record) isApartFrom(other record) bool {
	if len(r.uses) == 0 || len(other.uses) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.uses, func(u use) bool {
		return other.usesOf(u.name)
	})
}

// usage is how much of a resource is used at a moment, and by which runs.
type usage struct {
	units          int
	users, sharers []string
}

func usageOf(name string, active []record) usage {
	var now usage
	for _, a := range active {
		for _, u := range a.uses {
			switch {
			case u.name != name:
			case u.shared:
				now.sharers = append(now.sharers, a.run.String())
			default:
				now.users = append(now.users, a.run.String())
				now.units += u.weight
			}
		}
	}
	return now
}
