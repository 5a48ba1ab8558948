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
	shards, workers int
	batches         bool
	inOrder         bool
	bypasses        int // as maxBypass
	classes         []*class
	usage           *usage
	turns           *turns
	// rates are those of groups, by number.
	rates []group.Rate
	// chain is how long the rest of each group takes, starting how many cases that
	// is, and order how urgent each class is. All are computed anew each time; the
	// space is used again, and the last order is nearly the next one.
	chain    []time.Duration
	starting []int
	order    []urgency
	ran      time.Duration
	count    int
	// startup and startups are what is learned of how processes start.
	startup  time.Duration
	startups int
}

// newAgenda returns the agenda of cases, whose groups are among those of u.
func newAgenda(options Options, cases []Case, u *usage) *agenda {
	a := &agenda{
		shards: options.Shards, workers: options.Workers, batches: options.Batches, inOrder: options.InOrder, bypasses: maxBypass,
		usage: u, turns: newTurns(u, options.InOrder), rates: u.byNumber(options.Rates), chain: make([]time.Duration, len(u.capacity)), starting: make([]int, len(u.capacity)),
	}
	classes := map[string]*class{}
	for i, c := range cases {
		c.position = i
		key := fmt.Sprint(c.Needs)
		known := classes[key]
		if known == nil {
			uses := u.usesOf(c.Needs)
			rated := options.isRated(c)
			ordered := !a.inOrder && u.chained(uses)
			known = &class{
				number: len(a.classes), needs: c.Needs, uses: uses, rated: rated,
				ordered: ordered, chained: ordered && a.batches && !rated, outOfTurn: -1,
			}
			classes[key] = known
			a.classes = append(a.classes, known)
		}
		known.add(c)
		a.turns.add(c, known.uses)
	}
	for _, c := range a.classes {
		a.order = append(a.order, urgency{class: c})
		if !a.inOrder {
			c.sort()
		}
	}
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
		if c.asking && !c.share.open() || !a.turns.bringNext(c) {
			continue
		}
		if a.fits(c, kept) {
			for _, s := range skipped {
				if s.meets(c) {
					s.bypassed++
				}
			}
			c.bypassed = 0
			a.usage.count(c.uses, 1)
			return c
		}
		skipped = append(skipped, c)
		if c.bypassed >= a.bypasses {
			for _, u := range c.uses {
				kept = append(kept, u.group)
			}
		}
	}
	return nil
}

func (a *agenda) fits(c *class, kept []int) bool {
	return a.usage.fits(c.uses) &&
		!slices.ContainsFunc(c.uses, func(u use) bool { return slices.Contains(kept, u.group) })
}

// left reports whether any case has not started.
func (a *agenda) left() bool {
	return slices.ContainsFunc(a.classes, func(c *class) bool { return len(c.left()) > 0 })
}
