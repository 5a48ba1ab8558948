package schedule

import "slices"

// worthAChange limits when a process ends so that something else can run. The other class must be
// more urgent by more than this many times the time that a process takes to start.
const worthAChange = 10

// GoesOn reports whether a process that holds what c needs should go on with the next case of c.
// It should if c would start next anyway if the process ended now. It also should if nothing much
// more urgent would start and no other class that conflicts with c would start or wait.
func (a *Agenda) GoesOn(c *Class) bool {
	a.Free(c)
	next := a.Next()
	if next == c {
		return true // which has counted them again
	}
	own := a.urgencyOf(c)
	a.Claim(c)
	if next == nil {
		return !slices.ContainsFunc(a.classes, func(other *Class) bool { return other != c && a.demand(other).Asks && other.meets(c) })
	}
	a.Free(next)
	return !next.meets(c) && a.urgencyOf(next) <= own+int64(worthAChange*a.start())
}

// urgencyOf is how long a class keeps the run from ending.
func (a *Agenda) urgencyOf(c *Class) int64 {
	for _, u := range a.order {
		if u.class == c {
			return int64(u.longest)
		}
	}
	return 0
}
