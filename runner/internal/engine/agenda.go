package engine

import (
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
	inOrder  bool
	classes  []*class
	capacity []int // by number of group; 0 if only the locker knows it
	units    []int // used exclusively
	readers  []int
	// chain is how long the rest of each group takes, and order how urgent each
	// class is. Both are computed anew each time; the space is used again, and
	// the last order is nearly the next one.
	chain []time.Duration
	order []urgency
	ran   time.Duration
	count int
}

func newAgenda(options Options, cases []Case) *agenda {
	a := &agenda{workers: options.Workers, batches: options.Batches, inOrder: options.InOrder}
	numbers := map[string]int{}
	classes := map[string]*class{}
	for i, c := range cases {
		c.position = i
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
			known.number = len(a.classes)
			a.classes = append(a.classes, known)
		}
		known.add(c)
	}
	for _, c := range a.classes {
		a.order = append(a.order, urgency{class: c})
		if !a.inOrder {
			c.sort()
		}
	}
	a.units, a.readers = make([]int, len(numbers)), make([]int, len(numbers))
	a.chain = make([]time.Duration, len(numbers))
	return a
}

// putIn adds a case to a class, to go first.
func (a *agenda) putIn(c *class, added Case) {
	if !slices.ContainsFunc(a.order, func(u urgency) bool { return u.class == c }) {
		a.order = append(a.order, urgency{class: c}) // it had none left
	}
	c.putIn(added)
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
// process knows, and notes that it uses its groups; nil if there is none, or if
// it will be known in a moment whether a more urgent one can.
func (a *agenda) next() *class {
	var skipped []*class
	var kept []int // groups that are kept for one of these
	for _, candidate := range a.byUrgency() {
		c := candidate.class
		if c.asking && !c.waits && len(c.left()) > 0 && a.fits(c, kept) {
			return nil // less urgent ones would take the workers of its next cases
		}
		if c.asking {
			continue
		}
		if a.fits(c, kept) {
			for _, s := range skipped {
				if s.meets(c) {
					s.bypassed++
				}
			}
			c.bypassed = 0
			a.use(c.uses, 1)
			return c
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
