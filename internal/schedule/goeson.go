package schedule

import "slices"

// worthAChange is how many times as long as a process takes to start something
// else has to be more urgent, for a process to end so that it can run.
const worthAChange = 10

// GoesOn reports whether a process that holds what c needs goes on with the next
// case of c: if that is what would start next, were the process to end now, or
// nearly so and in nobody's way.
func (a *Agenda) GoesOn(c *Class) bool {
	a.Free(c)
	next := a.Next()
	if next == c {
		return true // which has counted them again
	}
	own := a.urgencyOf(c)
	a.Claim(c)
	if next == nil {
		return !slices.ContainsFunc(a.classes, func(other *Class) bool { return a.demand(other).Asks && other.meets(c) })
	}
	a.Free(next)
	return !next.meets(c) && a.urgencyOf(next) <= own+int64(worthAChange*a.start())
}

// urgencyOf is the time for which a class keeps the run from ending.
func (a *Agenda) urgencyOf(c *Class) int64 {
	for _, u := range a.order {
		if u.class == c {
			return int64(u.longest)
		}
	}
	return 0
}
