package schedule

import (
	"cmp"
	"slices"
	"time"
)

// chained reports whether only one of the cases with these uses can run at a time. Then cases
// that share a set-up pass their groups on from one to the next. Otherwise the set-up would have
// to be made, and ended, for each of them.
func (u *usage) chained(uses []use) bool {
	return slices.ContainsFunc(uses, u.isAlone)
}

// isAlone reports whether there is no room for two cases with this use.
func (u *usage) isAlone(one use) bool {
	capacity := u.capacity[one.group]
	return !one.shared && capacity > 0 && 2*one.weight > capacity
}

// sort sorts the longest cases first, and cases of unknown duration in the order given. Cases
// that stay together, in the order given, count as one.
func (c *Class) sort() {
	key := c.blocks()
	blocks := map[string]block{}
	for _, one := range c.cases {
		b, known := blocks[key(one)]
		if !known {
			b.position = one.Position
		}
		b.takes += one.Takes
		blocks[key(one)] = b
	}
	of := func(one Case) block {
		if key(one) == "" {
			return block{one.Position, one.Takes}
		}
		return blocks[key(one)]
	}
	slices.SortStableFunc(c.cases, func(a, b Case) int {
		x, y := of(a), of(b)
		return cmp.Or(cmp.Compare(y.takes, x.takes), cmp.Compare(x.position, y.position))
	})
}

// block is cases that stay together: the position of the first, and the duration of all.
type block struct {
	position int
	takes    time.Duration
}

// blocks returns a function that names the block of a case; "" means that the case stays alone.
//
// Neighbours use a set-up one after the other, unless each of them gives it up with its groups.
// If only one case can run at a time, the cases of a file keep their order: they may rely on it,
// as on one worker of pytest-xdist. The same goes for files that share a set-up.
func (c *Class) blocks() func(Case) string {
	if !c.ordered {
		return func(one Case) string {
			if len(c.Needs) > 0 {
				return ""
			}
			return one.Setup
		}
	}
	files := map[string]string{} // of set-ups, the first file
	shared := map[string]string{}
	for _, one := range c.cases {
		first, known := files[one.Setup]
		switch {
		case one.Setup == "" || one.File == "":
		case !known:
			files[one.Setup] = one.File
		case first != one.File:
			shared[first], shared[one.File] = one.Setup, one.Setup
		}
	}
	return func(one Case) string { return cmp.Or(shared[one.File], one.File, one.Setup) }
}

// keeps reports whether a case keeps its groups for the next one if that shares its set-up.
func (c *Class) keeps(one Case) bool { return c.chained && one.Setup != "" }

// Neighbours returns how many of the first cases of a class hold the groups together, and follow
// one another with no other case in between.
func (a *Agenda) Neighbours(c *Class) int { return a.turns.together(c, c.neighbours()) }

// neighbours returns how many of the first cases keep their groups for the next one.
func (c *Class) neighbours() int {
	left := c.Left()
	n := 1
	for n < len(left) && c.keeps(left[0]) && left[n].Setup == left[0].Setup && !left[0].Retry && !left[n].Retry {
		n++
	}
	return n
}
