package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// maxBypass is how many cases may take what a more urgent one needs before
// that is kept for it.
const maxBypass = 50

// nominal is what cases are taken to need before anything is known of any.
const nominal = time.Second

// agenda knows what has not started, what of each group this process uses, and
// so what to start next. Its cost per case depends on the number of classes,
// not on that of cases.
type agenda struct {
	workers  int
	batches  bool
	classes  []*class
	capacity []int // by number of group; 0 if only the locker knows it
	units    []int // used exclusively
	readers  []int
	// chain is scratch space: how long the rest of each group takes.
	chain []time.Duration
	ran   time.Duration
	count int
}

func newAgenda(options Options, cases []Case) *agenda {
	a := &agenda{workers: options.Workers, batches: options.Batches}
	numbers := map[string]int{}
	classes := map[string]*class{}
	for _, c := range cases {
		key := fmt.Sprint(c.Needs)
		known := classes[key]
		if known == nil {
			known = &class{needs: c.Needs}
			for _, n := range c.Needs {
				number, ok := numbers[n.Group]
				if !ok {
					number = len(numbers)
					numbers[n.Group] = number
					a.capacity = append(a.capacity, options.Capacity[n.Group])
				}
				known.uses = append(known.uses, use{group: number, weight: n.Weight, shared: n.Mode == group.Shared})
			}
			classes[key] = known
			a.classes = append(a.classes, known)
		}
		known.add(c)
	}
	for _, c := range a.classes {
		c.sort()
	}
	a.units, a.readers = make([]int, len(numbers)), make([]int, len(numbers))
	a.chain = make([]time.Duration, len(numbers))
	return a
}

// observe learns how long a case of c ran.
func (a *agenda) observe(c *class, ran time.Duration) {
	a.ran += ran
	a.count++
	c.ran += ran
	c.count++
}

func (a *agenda) mean() time.Duration {
	if a.count == 0 {
		return nominal
	}
	return a.ran / time.Duration(a.count)
}

// next returns the most urgent class of which a case can start as far as this
// process knows, and notes that it uses its groups; nil if there is none.
func (a *agenda) next() *class {
	var skipped []*class
	var kept []int // groups that are kept for one of these
	for _, candidate := range a.byUrgency() {
		c := candidate.class
		if !c.asking && a.fits(c, kept) {
			for _, s := range skipped {
				if s.meets(c) {
					s.bypassed++
				}
			}
			c.bypassed = 0
			a.use(c.uses, 1)
			return c
		}
		if c.asking || len(c.uses) == 0 {
			continue
		}
		skipped = append(skipped, c)
		if c.bypassed >= maxBypass {
			for _, u := range c.uses {
				kept = append(kept, u.group)
			}
		}
	}
	return nil
}

// urgency is the time for which a class keeps the run from ending, at least:
// that of the longest chain that one of its groups has left, or of its longest
// case. Of two, that goes first whose groups have more to do in all, since it
// blocks more.
//
// Cases that only share groups can wait until those have run that want them
// alone, here or in another process, and then go all together; but not so long
// that one of them would be the last to end.
type urgency struct {
	class        *class
	longest, all time.Duration
	defers       bool
}

func (u urgency) compare(other urgency) int {
	if u.defers != other.defers {
		if u.defers {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(other.longest, u.longest), cmp.Compare(other.all, u.all))
}

func (a *agenda) byUrgency() []urgency {
	mean := a.mean()
	rest := a.addUp(mean) / time.Duration(max(a.workers, 1))
	order := make([]urgency, 0, len(a.classes))
	for _, c := range a.classes {
		if len(c.left()) == 0 {
			continue
		}
		longest := c.longest(mean)
		u := urgency{class: c, longest: longest}
		for _, used := range c.uses {
			u.longest = max(u.longest, a.chain[used.group])
			u.all += a.chain[used.group]
		}
		u.defers = c.shares() && (u.all > 0 || longest < rest)
		order = append(order, u)
	}
	slices.SortStableFunc(order, urgency.compare)
	return order
}

// addUp returns the work that is left, and leaves that of each group in chain.
func (a *agenda) addUp(mean time.Duration) time.Duration {
	clear(a.chain)
	var all time.Duration
	for _, c := range a.classes {
		if len(c.left()) == 0 {
			continue
		}
		work := c.work(mean)
		all += work
		for _, u := range c.uses {
			if !u.shared {
				a.chain[u.group] += work * time.Duration(u.weight) / time.Duration(max(a.capacity[u.group], 1))
			}
		}
	}
	return all
}

func (a *agenda) fits(c *class, kept []int) bool {
	for _, u := range c.uses {
		if slices.Contains(kept, u.group) {
			return false
		}
		capacity := a.capacity[u.group]
		switch {
		case capacity == 0:
		case u.shared:
			if a.units[u.group] > 0 {
				return false
			}
		case a.readers[u.group] > 0 || a.units[u.group]+u.weight > capacity:
			return false
		}
	}
	return true
}

// use counts uses as one more (times = 1) or one less (times = -1).
func (a *agenda) use(uses []use, times int) {
	for _, u := range uses {
		if u.shared {
			a.readers[u.group] += times
		} else {
			a.units[u.group] += times * u.weight
		}
	}
}

// left reports whether any case has not started.
func (a *agenda) left() bool {
	return slices.ContainsFunc(a.classes, func(c *class) bool { return len(c.left()) > 0 })
}
