package schedule

import (
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
)

// MaxBypass is how many cases may take what a more urgent one needs before that is reserved for
// it.
const MaxBypass = 50

// Options are the rules of a run that affect what starts next.
type Options struct {
	// Shards is how many processes run the cases of the test, each of them a part; 0 means one.
	Shards int
	// Workers is how many cases run at once.
	Workers int
	// Batches says whether one process may get several cases.
	Batches bool
	// InOrder says whether cases start in the order given, as far as their groups allow, and not
	// in the order that ends the run soonest.
	InOrder bool
	// Capacity is the capacity of groups, by label; 0 means unknown.
	Capacity map[string]int
	// Rates are the rates of groups that have one, by label.
	Rates map[string]group.Rate
	// Demand reports how far a class has got with acquiring its groups; nil means that no class
	// asks.
	Demand func(*Class) Demand
}

// IsRated reports whether the starts of a case are counted.
func (o Options) IsRated(c Case) bool {
	return slices.ContainsFunc(c.Needs, func(n group.Need) bool { return o.Rates[n.Group].Limited() })
}

// Agenda knows which cases have not started and how much of each group this process uses, and so
// what to start next. Its cost per case depends on the number of classes, not on the number of
// cases.
type Agenda struct {
	Options
	// MaxBypass is how many cases may take what a more urgent one needs before that is reserved
	// for it.
	MaxBypass int
	classes   []*Class
	usage     *usage
	turns     *turns
	// rates are the rates of groups, by number.
	rates []group.Rate
	// chain is how long the remaining cases of each group take, starting how many cases that is,
	// and order how urgent each class is. All are computed anew each time. The memory is reused,
	// and the last order is nearly the next one.
	chain    []time.Duration
	starting []int
	order    []urgency
	ran      time.Duration
	count    int
	// startup and startups are what was learned about how processes start.
	startup  time.Duration
	startups int
}

// New returns the agenda of cases.
func New(options Options, cases []Case) *Agenda {
	return newAgenda(options, cases, newUsage(cases, options.Capacity))
}

// newAgenda returns the agenda of cases, whose groups are among those of u.
func newAgenda(options Options, cases []Case, u *usage) *Agenda {
	a := &Agenda{
		Options: options, MaxBypass: MaxBypass,
		usage: u, turns: newTurns(u, options.InOrder), rates: u.byNumber(options.Rates), chain: make([]time.Duration, len(u.capacity)), starting: make([]int, len(u.capacity)),
	}
	classes := map[string]*Class{}
	for i, c := range cases {
		c.Position = i
		key := fmt.Sprint(c.Needs)
		known := classes[key]
		if known == nil {
			uses := u.usesOf(c.Needs)
			rated := options.IsRated(c)
			ordered := !a.InOrder && u.chained(uses)
			known = &Class{
				Number: len(a.classes), Needs: c.Needs, uses: uses, Rated: rated,
				ordered: ordered, chained: ordered && a.Batches && !rated, outOfTurn: -1,
			}
			classes[key] = known
			a.classes = append(a.classes, known)
		}
		known.add(c)
		a.turns.add(c, known.uses)
	}
	for _, c := range a.classes {
		a.order = append(a.order, urgency{class: c})
		if !a.InOrder {
			c.sort()
		}
	}
	return a
}

// PutIn adds a case to the front of a class.
func (a *Agenda) PutIn(c *Class, added Case) {
	if !slices.ContainsFunc(a.order, func(u urgency) bool { return u.class == c }) {
		a.order = append(a.order, urgency{class: c}) // it had none left
	}
	c.putIn(added)
}

// Observe learns how long a case of c ran.
func (a *Agenda) Observe(c *Class, ran time.Duration) {
	a.ran += ran
	a.count++
	c.ran += ran
	c.count++
}

func (a *Agenda) mean() time.Duration {
	if a.count == 0 {
		return plan.Nominal
	}
	return a.ran / time.Duration(a.count)
}

// Next returns the most urgent class with a case that can start as far as this process knows, and
// notes that the case uses its groups. It returns nil if there is none, or if it will be known in
// a moment whether a more urgent class can start.
func (a *Agenda) Next() *Class {
	var skipped []*Class
	var kept []int // groups that are reserved for one of these
	for _, candidate := range a.byUrgency() {
		c := candidate.class
		demand := a.demand(c)
		if demand.Asks && !demand.Waits && len(c.Left()) > 0 && a.fits(c, kept) {
			return nil // less urgent ones would take the workers of its next cases
		}
		if demand.Asks && !demand.Joinable || !a.turns.bringNext(c) {
			continue
		}
		if a.fits(c, kept) {
			for _, s := range skipped {
				if s.meets(c) {
					s.Bypassed++
				}
			}
			c.Bypassed = 0
			a.Claim(c)
			return c
		}
		skipped = append(skipped, c)
		if c.Bypassed >= a.MaxBypass {
			for _, u := range c.uses {
				kept = append(kept, u.group)
			}
		}
	}
	return nil
}

// Claim notes that one more case of a class uses its groups, and Free that one fewer does.
func (a *Agenda) Claim(c *Class) { a.usage.count(c.uses, 1) }

// Free undoes Claim.
func (a *Agenda) Free(c *Class) { a.usage.count(c.uses, -1) }

// Idle reports whether no group is in use.
func (a *Agenda) Idle() bool { return a.usage.idle() }

// Begin notes that cases of a class hold their groups, and so have begun.
func (a *Agenda) Begin(c *Class, cases []Case) { a.turns.begin(cases, c.uses) }

// Classes are all classes, by their numbers.
func (a *Agenda) Classes() []*Class { return a.classes }

func (a *Agenda) fits(c *Class, kept []int) bool {
	return a.usage.fits(c.uses) &&
		!slices.ContainsFunc(c.uses, func(u use) bool { return slices.Contains(kept, u.group) })
}

// Left reports whether any case has not started.
func (a *Agenda) Left() bool {
	return slices.ContainsFunc(a.classes, func(c *Class) bool { return len(c.Left()) > 0 })
}
