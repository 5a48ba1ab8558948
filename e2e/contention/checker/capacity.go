package main

import (
	"maps"
	"math"
	"slices"

	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// checkCapacity finds every start that took a resource beyond its capacity, or mixed shared and
// exclusive users of it, and uses of what has no capacity.
func checkCapacity(uses map[string][]witness.Use, capacity map[string]int) (found witness.Findings) {
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		limit, known := capacity[name]
		if !known {
			limit = math.MaxInt
			for _, u := range uses[name] {
				found.Add("capacity", "%s uses %s, of which no capacity was given", u.By, name)
			}
		}
		found = append(found, witness.Exclusion(name, witness.Group{Capacity: limit}, uses[name])...)
	}
	return found
}
