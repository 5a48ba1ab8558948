package check

import (
	"cmp"
	"fmt"
	"slices"
)

// Rate finds windows in which more uses begin than the group's rate allows, by the creation times
// of their processes. They were counted just before that, and the limit does not cover how long a
// process takes to write its first line. Creation times are rounded down to a tick, so a window has
// to be a whole number of ticks.
func Rate(name string, g Group, uses []Use) (found Findings) {
	if g.Rate == 0 {
		return nil
	}
	starts := ByBirth(uses)
	for i := range max(len(starts)-g.Rate, 0) {
		first, next := starts[i], starts[i+g.Rate]
		if took := next.Born.Sub(first.Born); took < g.Window {
			found.Add("rate", "%s, of rate %s, is used by %d runs that began within %v, from %s to %s",
				name, g.RateText(), g.Rate+1, took, first.By, next.By)
		}
	}
	return found
}

// ByBirth returns the uses in the order in which their processes were created.
func ByBirth(uses []Use) []Use {
	return slices.SortedStableFunc(slices.Values(uses), func(a, b Use) int { return cmp.Compare(a.Born, b.Born) })
}

// RateText is the rate of the group, for findings.
func (g Group) RateText() string { return fmt.Sprintf("%d in %v", g.Rate, g.Window) }
