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
// that share a set-up stay together, and count as one, where neighbours can use it
// one after the other. Cases of which only one can run at a time keep the order
// given, since no other one would end sooner, and they may rely on it.
func (c *class) sort() {
	if c.ordered {
		return
	}
	blocks := map[string]block{}
	for _, one := range c.cases {
		b, known := blocks[one.Setup]
		if !known {
			b.position = one.position
		}
		b.takes += one.Takes
		blocks[one.Setup] = b
	}
	of := func(one Case) block {
		if one.Setup == "" || len(c.needs) > 0 {
			return block{one.position, one.Takes}
		}
		return blocks[one.Setup]
	}
	slices.SortStableFunc(c.cases, func(a, b Case) int {
		x, y := of(a), of(b)
		return cmp.Or(cmp.Compare(y.takes, x.takes), cmp.Compare(x.position, y.position))
	})
}

// block is cases that stay together: the place of the first, and what all take.
type block struct {
	position int
	takes    time.Duration
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
