package schedule

import (
	"cmp"
	"slices"
	"time"
)

// chained reports whether of the cases that make these uses only one can run at a
// time: then those that share what is set up for them keep their groups from one
// to the next. Otherwise it would have to be set up, and ended, for each.
func (u *usage) chained(uses []use) bool {
	return slices.ContainsFunc(uses, u.isAlone)
}

// isAlone reports whether there is no room for two of a use.
func (u *usage) isAlone(one use) bool {
	capacity := u.capacity[one.group]
	return !one.shared && capacity > 0 && 2*one.weight > capacity
}

// sort brings the longest first, those that are unknown in the order given. Cases
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

// block is cases that stay together: the place of the first, and what all take.
type block struct {
	position int
	takes    time.Duration
}

// blocks returns by what cases stay together; "" is that one stays alone.
//
// Neighbours use a set-up one after the other, unless each of them gives it up with
// its groups. Where only one case can run at a time, those of a file keep their
// order: they may rely on it, as on one worker of pytest-xdist. So do files that
// share a set-up.
func (c *Class) blocks() func(Case) string {
	if !c.ordered {
		return func(one Case) string {
			if len(c.Needs) > 0 {
				return ""
			}
			return one.Setup
		}
	}
	files := map[string]string{} // of set-ups, the first
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

// keeps reports whether a case keeps its groups for the next one, if that shares
// its set-up.
func (c *Class) keeps(one Case) bool { return c.chained && one.Setup != "" }

// Neighbours is how many of the first cases of a class hold the groups in one go, and
// follow one another with no other case in between.
func (a *Agenda) Neighbours(c *Class) int { return a.turns.together(c, c.neighbours()) }

// neighbours is how many of the first cases keep their groups for the next one.
func (c *Class) neighbours() int {
	left := c.Left()
	n := 1
	for n < len(left) && c.keeps(left[0]) && left[n].Setup == left[0].Setup && !left[0].Retry && !left[n].Retry {
		n++
	}
	return n
}
