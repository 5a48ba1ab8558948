package schedule

import (
	"cmp"
	"slices"
	"time"
)

// urgency is the least time for which a class keeps the run from ending: the longest chain that
// one of its groups has left, or its longest case. Of two equal classes, the one whose groups
// have more left to do in all goes first, because it blocks more.
//
// Cases that only share groups run all together: each change between them and cases that want the
// groups exclusively waits for the slowest. If a test has only one process, they wait until the
// others have run, but not so long that one of them would be the last to end. If it has several,
// none of them knows when that is. The beginning is what they have in common, so the cases that
// share run then.
type urgency struct {
	class        *Class
	position     int // of its first case, if only that counts
	longest, all time.Duration
	turn         int // -1 before all others, 1 after them
}

func (u urgency) compare(other urgency) int {
	return cmp.Or(
		cmp.Compare(u.turn, other.turn), cmp.Compare(u.position, other.position),
		cmp.Compare(other.longest, u.longest), cmp.Compare(other.all, u.all),
		cmp.Compare(u.class.Number, other.class.Number))
}

func (a *Agenda) byUrgency() []urgency {
	mean := a.mean()
	rest := a.addUp(mean) / time.Duration(max(a.Workers, 1))
	a.order = slices.DeleteFunc(a.order, func(u urgency) bool { return len(u.class.Left()) == 0 && !a.demand(u.class).Asks })
	for i := range a.order {
		u := &a.order[i]
		if u.longest, u.all = 0, 0; len(u.class.Left()) == 0 {
			continue // its last case waits, and may come back
		}
		if a.InOrder {
			u.position = u.class.Left()[0].Position
			continue
		}
		longest := u.class.longest(mean)
		u.longest = longest
		for _, used := range u.class.uses {
			u.longest = max(u.longest, a.chain[used.group])
			u.all += a.chain[used.group]
		}
		u.turn = a.turnOf(u.class, u.all, longest < rest)
	}
	slices.SortFunc(a.order, urgency.compare)
	return a.order
}

// turnOf returns when to run a class whose groups have chains of other classes.
func (a *Agenda) turnOf(c *Class, chains time.Duration, early bool) int {
	switch {
	case !c.Shares():
		return 0
	case a.Shards > 1:
		return -1
	case chains > 0 || early:
		return 1
	}
	return 0
}

// addUp returns the work that is left. It sets chain to how long each group takes for its part:
// by its capacity or by its rate, whichever is longer.
func (a *Agenda) addUp(mean time.Duration) time.Duration {
	clear(a.chain)
	clear(a.starting)
	var all time.Duration
	for _, c := range a.classes {
		if len(c.Left()) == 0 {
			continue
		}
		work := c.work(mean)
		all += work
		for _, u := range c.uses {
			a.starting[u.group] += len(c.Left())
			if !u.shared {
				a.chain[u.group] += work * time.Duration(u.weight) / time.Duration(max(a.usage.capacity[u.group], 1))
			}
		}
	}
	for g, rate := range a.rates {
		a.chain[g] = max(a.chain[g], rate.Wait(a.starting[g]))
	}
	return all
}
