package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// class is cases that need the same, of which any may run in place of another.
type class struct {
	number int // in the order given
	needs  []group.Need
	uses   []use
	// rated is whether the starts of its cases are counted, so that each has to
	// ask by itself.
	rated bool
	// ordered is whether only one of them can run at a time, and chained whether
	// neighbours can keep their groups from one to the next besides.
	ordered, chained bool
	// cases are those from next on that have not started, the longest first.
	cases []Case
	next  int
	// known is the sum of what those take of which that is known, and unknown
	// the number of the others.
	known   time.Duration
	unknown int
	// ran and count are what is learned of the others while they run.
	ran   time.Duration
	count int
	// asking is whether its first case asks for its groups, and waits whether
	// it has to wait for them.
	asking, waits bool
	// share is what the last of its cases has got that asked, if they only share
	// groups; nil if there is none.
	share *share
	// givenBack is how often its first case gave them back for want of a worker.
	givenBack int
	// since is when its first case began to wait; zero if it has not.
	since time.Time
	// outOfTurn is how many cases had begun when it was the turn of none of its own.
	outOfTurn int
	// bypassed counts later cases that took what the first needs.
	bypassed int
}

func (c *class) add(added Case) {
	c.cases = append(c.cases, added)
	c.account(added, 1)
}

func (c *class) account(counted Case, times int) {
	if counted.Takes > 0 {
		c.known += time.Duration(times) * counted.Takes
	} else {
		c.unknown += times
	}
}

// take removes the first n cases.
func (c *class) take(n int) []Case {
	taken := c.cases[c.next : c.next+n : c.next+n]
	c.next += n
	for _, t := range taken {
		c.account(t, -1)
	}
	return taken
}

// indexOf returns where a case is among those that are left and were not bad
// before; -1 if it is not.
func (c *class) indexOf(one event.Case) int {
	return slices.IndexFunc(c.left(), func(left Case) bool { return left.Case == one && !left.retry })
}

// takeAt removes one of the cases that are left.
func (c *class) takeAt(at int) {
	at += c.next
	c.account(c.cases[at], -1)
	c.cases = slices.Delete(c.cases, at, at+1)
}

// putBack undoes the last take, of n cases.
func (c *class) putBack(n int) {
	for range n {
		c.next--
		c.account(c.cases[c.next], 1)
	}
}

// putIn adds a case that goes first.
func (c *class) putIn(added Case) {
	c.cases = slices.Insert(c.cases, c.next, added)
	c.account(added, 1)
}

func (c *class) left() []Case { return c.cases[c.next:] }

// work is how long the rest is expected to take, where a case of which nothing
// is known takes mean.
func (c *class) work(mean time.Duration) time.Duration {
	return c.known + time.Duration(c.unknown)*c.mean(mean)
}

func (c *class) mean(otherwise time.Duration) time.Duration {
	if c.count == 0 {
		return otherwise
	}
	return c.ran / time.Duration(c.count)
}

// longest is how long the first case is expected to take.
func (c *class) longest(mean time.Duration) time.Duration {
	return cmp.Or(c.left()[0].Takes, c.mean(mean))
}

// meets reports whether the classes need a group in common.
func (c *class) meets(other *class) bool {
	return slices.ContainsFunc(c.uses, func(u use) bool {
		return slices.ContainsFunc(other.uses, func(o use) bool { return o.group == u.group })
	})
}

// shares reports whether the class only shares groups.
func (c *class) shares() bool {
	return len(c.uses) > 0 && !c.rated && !slices.ContainsFunc(c.uses, func(u use) bool { return !u.shared })
}

func casesOf(taken []Case) []event.Case {
	cases := make([]event.Case, len(taken))
	for i, c := range taken {
		cases[i] = c.Case
	}
	return cases
}
