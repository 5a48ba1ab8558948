package engine

import (
	"cmp"
	"slices"
	"time"
)

// chained reports whether of the cases that make these uses only one can run at a
// time: then those that share what is set up for them keep their groups from one
// to the next. Otherwise it would have to be set up, and ended, for each.
func (u *usage) chained(uses []use) bool {
	return slices.ContainsFunc(uses, func(one use) bool {
		capacity := u.capacity[one.group]
		return !one.shared && capacity > 0 && 2*one.weight > capacity
	})
}

// sort brings the longest first, those that are unknown in the order given. Those
// that are to keep their groups stay together, and count as one.
func (c *class) sort() {
	total := map[string]time.Duration{}
	first := map[string]int{}
	for i, one := range c.cases {
		if _, known := first[one.Setup]; !known {
			first[one.Setup] = i
		}
		total[one.Setup] += one.Takes
	}
	position := func(one Case) int {
		if !c.keeps(one) {
			return one.position
		}
		return c.cases[first[one.Setup]].position
	}
	takes := func(one Case) time.Duration {
		if !c.keeps(one) {
			return one.Takes
		}
		return total[one.Setup]
	}
	sorted := slices.Clone(c.cases)
	slices.SortStableFunc(sorted, func(a, b Case) int {
		return cmp.Or(cmp.Compare(takes(b), takes(a)), cmp.Compare(position(a), position(b)))
	})
	c.cases = sorted
}

// keeps reports whether a case keeps its groups for the next one, if that shares
// its set-up.
func (c *class) keeps(one Case) bool { return c.chained && one.Setup != "" }

// neighbours is how many of the first cases hold the groups in one go.
func (c *class) neighbours() int {
	left := c.left()
	n := 1
	for n < len(left) && c.keeps(left[0]) && left[n].Setup == left[0].Setup && !left[0].retry && !left[n].retry {
		n++
	}
	return n
}
