package schedule

import (
	"cmp"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// Class is cases with the same needs, any of which may run in place of another.
type Class struct {
	// Number is the index of the class in its agenda.
	Number int
	// Needs is what each of its cases needs.
	Needs []group.Need
	// Rated says whether the starts of its cases are counted, so that each has to ask by itself.
	Rated bool
	uses  []use
	// ordered says whether only one of them can run at a time, and chained whether, in addition,
	// one can pass its groups on to its neighbour.
	ordered, chained bool
	// cases[next:] are the cases that have not started, the longest first.
	cases []Case
	next  int
	// known is the sum of their durations that are known, and unknown the number of the other
	// cases.
	known   time.Duration
	unknown int
	// ran and count are what was learned about those others while they run.
	ran   time.Duration
	count int
	// outOfTurn is how many cases had begun when it was the turn of none of its own.
	outOfTurn int
	// Bypassed counts later cases that took what the first needs.
	Bypassed int
}

func (c *Class) add(added Case) {
	c.cases = append(c.cases, added)
	c.account(added, 1)
}

func (c *Class) account(counted Case, times int) {
	if counted.Takes > 0 {
		c.known += time.Duration(times) * counted.Takes
	} else {
		c.unknown += times
	}
}

// Take removes the first n cases.
func (c *Class) Take(n int) []Case {
	taken := c.cases[c.next : c.next+n : c.next+n]
	c.next += n
	for _, t := range taken {
		c.account(t, -1)
	}
	return taken
}

// IndexOf returns the index of a case among the remaining cases that were not bad before; -1 if
// it is not there.
func (c *Class) IndexOf(one event.Case) int {
	return slices.IndexFunc(c.Left(), func(left Case) bool { return left.Case == one && !left.Retry })
}

// TakeAt removes one of the remaining cases.
func (c *Class) TakeAt(at int) {
	at += c.next
	c.account(c.cases[at], -1)
	c.cases = slices.Delete(c.cases, at, at+1)
}

// PutBack undoes the last take, of n cases.
func (c *Class) PutBack(n int) {
	for range n {
		c.next--
		c.account(c.cases[c.next], 1)
	}
}

// putIn adds a case to the front.
func (c *Class) putIn(added Case) {
	c.cases = slices.Insert(c.cases, c.next, added)
	c.account(added, 1)
}

// Left returns the cases that have not started.
func (c *Class) Left() []Case { return c.cases[c.next:] }

// work returns how long the remaining cases are expected to take, if a case of unknown duration
// takes mean.
func (c *Class) work(mean time.Duration) time.Duration {
	return c.known + time.Duration(c.unknown)*c.mean(mean)
}

func (c *Class) mean(otherwise time.Duration) time.Duration {
	if c.count == 0 {
		return otherwise
	}
	return c.ran / time.Duration(c.count)
}

// longest is how long the first case is expected to take.
func (c *Class) longest(mean time.Duration) time.Duration {
	return cmp.Or(c.Left()[0].Takes, c.mean(mean))
}

// meets reports whether the classes have a group in common.
func (c *Class) meets(other *Class) bool {
	return slices.ContainsFunc(c.uses, func(u use) bool {
		return slices.ContainsFunc(other.uses, func(o use) bool { return o.group == u.group })
	})
}

// Shares reports whether the class only shares groups.
func (c *Class) Shares() bool {
	return len(c.uses) > 0 && !c.Rated && !slices.ContainsFunc(c.uses, func(u use) bool { return !u.shared })
}
