package check

import (
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Group is what a group allows.
type Group struct {
	// Capacity is the number of units.
	Capacity int
	// Instances are their names, if they have names.
	Instances []string
	// Rate is how many uses may start in any Window; 0 means any number.
	Rate   int
	Window time.Duration
}

// Use is what a case uses of a group, and when.
type Use struct {
	caselog.Use
	// By is the case, for findings.
	By string
	// Run is the run of its runner, whose cases may hold a shared group together.
	Run string
	// Born is when its process was created.
	Born caselog.Instant
	// From is when the use began, and Until the moment until which it counts.
	From, Until caselog.Instant
}

// excludes reports whether two uses of a group may not overlap. Without the numbers of their units
// it is certain only if the group has too few for both.
func (u Use) excludes(other Use, g Group) bool {
	if u.Shared || other.Shared {
		return u.Shared != other.Shared
	}
	return u.Weight+other.Weight > g.Capacity || len(common(u.Slots, other.Slots)) > 0
}

// common returns the units that are in both lists.
func common(units, others []int) (both []int) {
	for _, unit := range units {
		if slices.Contains(others, unit) {
			both = append(both, unit)
		}
	}
	return both
}

// names lists cases for a finding.
func names(uses []Use) string {
	var all []string
	for _, u := range uses {
		all = append(all, u.By)
	}
	return strings.Join(all, ", ")
}
