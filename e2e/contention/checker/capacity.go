package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// peaks are the largest numbers seen at any moment.
type peaks struct {
	// users is the number of runs that use a resource.
	users map[string]int
	// all is the number of runs, whatever they use.
	all int
	// apart is whether two runs were under way at once that use resources, and
	// none in common: so groups do not wait for one another.
	apart bool
}

func (p peaks) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(p.users)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, p.users[name]))
	}
	return fmt.Sprintf("most at once: %s, in all %d", strings.Join(parts, ", "), p.all)
}

// checkCapacity replays the log and finds every start that took a resource
// beyond its capacity.
func checkCapacity(records []record, capacity map[string]int) (peaks, findings) {
	var found findings
	seen := peaks{users: map[string]int{}}
	var active []record
	for _, r := range records {
		if !r.start {
			active = slices.DeleteFunc(active, func(a record) bool { return a.run == r.run })
			continue
		}
		seen.apart = seen.apart || slices.ContainsFunc(active, r.isApartFrom)
		active = append(active, r)
		seen.all = max(seen.all, len(active))
		for _, name := range r.uses {
			users := usersOf(name, active)
			seen.users[name] = max(seen.users[name], len(users))
			if limit, known := capacity[name]; !known {
				found.add("capacity", "%v uses %s, of which no capacity was given", r.run, name)
			} else if len(users) > limit {
				found.add("capacity", "%s, of capacity %d, is used at once by %s", name, limit, strings.Join(users, ", "))
			}
		}
	}
	return seen, found
}

// checkReached finds out whether there was any contention to speak of: a log
// in which one run follows another would pass whatever the locks did.
func checkReached(seen peaks, capacity map[string]int) findings {
	var found findings
	for _, name := range slices.Sorted(maps.Keys(capacity)) {
		if seen.users[name] < capacity[name] {
			found.add("reached", "%s, of capacity %d, was never used by more than %d at once", name, capacity[name], seen.users[name])
		}
	}
	if !seen.apart {
		found.add("reached", "runs that have no resource in common never ran at once")
	}
	return found
}

// isApartFrom is whether both use resources, and none in common.
func (r record) isApartFrom(other record) bool {
	if len(r.uses) == 0 || len(other.uses) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.uses, func(name string) bool { return slices.Contains(other.uses, name) })
}

func usersOf(name string, active []record) []string {
	var users []string
	for _, a := range active {
		if slices.Contains(a.uses, name) {
			users = append(users, a.run.String())
		}
	}
	return users
}
