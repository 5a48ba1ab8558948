package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// maxGiveBacks is how often a case gives back what it got while no worker was
// free. After that it keeps it for the next worker, so that it does not starve.
const maxGiveBacks = 8

// dispatcher brings cases, groups and workers together.
//
// A case asks for its groups only when a worker is free for it. If they are
// not free, the worker turns to something else, and the case stays in the
// queue of those who wait. When it gets them and no worker is free then, it
// gives them back: another process may have one.
//
// Two may keep what they have: a case that has given back its groups too often
// keeps them for the next worker, and one whose start is counted keeps its worker
// while it waits. The former goes first: it takes the worker of the latter. So a
// case that holds its groups waits only for cases that run, and those end.
//
// It decides only: what it sets off is done by effects, which tell it what came of
// that (wait, answer, finished, rested). So model_test.go can try every order in
// which it may be told.
type dispatcher struct {
	run       *run
	effects   effects
	giveBacks int // as maxGiveBacks

	mu      sync.Mutex
	agenda  *agenda
	idle    []int     // workers, by number
	kept    []holding // those that hold groups and wait for a worker
	keepers []*ask    // those that have a worker and wait for groups
	running int
	asking  int
	resting int // cases that are to run again, later
	done    chan struct{}
	ended   bool // done is closed
}

// ask is a case that asks for its groups, or several that will hold them in one go.
type ask struct {
	class *class
	cases []Case
	// worker is set aside for it until it is known to have to wait; then -1.
	worker int
}

func newDispatcher(r *run, cases []Case) *dispatcher {
	return &dispatcher{
		run: r, giveBacks: maxGiveBacks, done: make(chan struct{}),
		agenda: newAgenda(r.Options, cases, newUsage(cases, r.Capacity)),
	}
}

// inParallel runs cases on the workers of r.
func (r *run) inParallel(cases []Case) {
	d := newDispatcher(r, cases)
	d.effects = concurrent{d}
	r.learn, r.learnStart = d.learn, d.learnStart
	d.mu.Lock()
	end := d.workers(len(cases))
	d.step()
	d.mu.Unlock()
	defer end()
	<-d.done
}

func (d *dispatcher) learn(c *class, ran time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.agenda.observe(c, ran)
}

func (d *dispatcher) learnStart(took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.agenda.observeStart(took)
}

// step starts what can start. The caller has locked d.mu.
func (d *dispatcher) step() {
	for len(d.idle) > 0 {
		if len(d.kept) > 0 {
			h := d.kept[0]
			d.kept = d.kept[1:]
			d.start(h, d.worker())
			continue
		}
		c := d.agenda.next()
		if c == nil {
			break
		}
		switch {
		case len(c.needs) == 0:
			taken := c.take(d.agenda.batchSize(c))
			d.start(holding{batch: batch{cases: casesOf(taken)}, class: c}, d.worker())
		case c.share.join():
			d.start(holding{batch: alone(c.take(1)[0]), class: c, held: c.share}, d.worker())
		case c.asking: // its share has just been given back
			d.agenda.usage.count(c.uses, -1)
		default:
			d.ask(c)
		}
	}
	if d.running+d.asking+d.resting+len(d.kept) == 0 && !d.agenda.left() {
		d.ended = true
		close(d.done)
	}
}

// worker takes the idle worker with the smallest number.
func (d *dispatcher) worker() int {
	worker := d.idle[0]
	d.idle = d.idle[1:]
	return worker
}

func (d *dispatcher) free(worker int) {
	at, _ := slices.BinarySearch(d.idle, worker)
	d.idle = slices.Insert(d.idle, at, worker)
}

func (d *dispatcher) ask(c *class) {
	a := &ask{class: c, cases: c.take(d.agenda.turns.together(c, c.neighbours())), worker: d.worker()}
	c.asking, c.waits = true, false
	if c.since.IsZero() {
		c.since = time.Now()
	}
	d.asking++
	d.effects.hold(a, c.since)
}

// wait is called when a case begins to wait for its groups.
func (d *dispatcher) wait(a *ask) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.worker < 0 || slices.Contains(d.keepers, a) {
		return // for one more group
	}
	a.class.waits = true
	if d.keepsWorker(a) {
		d.keepers = append(d.keepers, a)
	} else {
		d.free(d.workerOf(a))
	}
	d.step()
}

// keepsWorker reports whether a case waits with its worker: one whose start is
// counted cannot wait for a worker afterwards, and has given back its groups too
// often for want of one.
func (d *dispatcher) keepsWorker(a *ask) bool {
	return a.class.rated && a.class.givenBack >= d.giveBacks && len(d.kept) == 0
}

// workerOf takes the worker of a case that waits for its groups.
func (d *dispatcher) workerOf(a *ask) (worker int) {
	worker, a.worker = a.worker, -1
	d.agenda.usage.count(a.class.uses, -1)
	return worker
}

// workerOfKeeper takes the worker that a case keeps while it waits; -1 if none does.
func (d *dispatcher) workerOfKeeper() (worker int) {
	if len(d.keepers) == 0 {
		return -1
	}
	a := d.keepers[0]
	d.keepers = d.keepers[1:]
	return d.workerOf(a)
}

// answer is called when a case has got its groups, or will not. It returns what
// the caller is to undo; nil if that is nothing.
func (d *dispatcher) answer(a *ask, h holding) (back lock.Held) {
	h.class = a.class
	d.mu.Lock()
	defer d.mu.Unlock()
	if h.held != nil && a.class.shares() {
		a.class.share = newShare(h.held, d.run.Workers)
		h.held = a.class.share
	}
	waited := a.worker < 0
	if waited {
		d.agenda.usage.count(a.class.uses, 1)
		if len(d.idle) > 0 {
			a.worker = d.worker()
		}
	}
	a.class.asking = false
	d.asking--
	d.keepers = slices.DeleteFunc(d.keepers, func(keeper *ask) bool { return keeper == a })
	if a.worker < 0 && d.keepsGroups(a.class) {
		a.worker = d.workerOfKeeper()
	}
	switch {
	case a.worker >= 0:
		d.begun(a)
		d.start(h, a.worker)
	case h.held != nil && !d.keepsGroups(a.class):
		a.class.givenBack++
		a.class.putBack(len(a.cases))
		d.agenda.usage.count(a.class.uses, -1)
		back = h.held
	default:
		d.begun(a)
		d.kept = append(d.kept, h)
	}
	d.step()
	return back
}

// keepsGroups reports whether the first case of a class keeps its groups until a
// worker is free. One whose start is counted does not: that would be late by then.
func (d *dispatcher) keepsGroups(c *class) bool { return !c.rated && c.givenBack >= d.giveBacks }

// begun forgets what was known of cases that have not begun.
func (d *dispatcher) begun(a *ask) {
	a.class.givenBack, a.class.since = 0, time.Time{}
	d.agenda.turns.begin(a.cases, a.class.uses)
}

func (d *dispatcher) start(h holding, worker int) {
	d.running++
	if h.held != nil && h.outcome == nil {
		h.batch, h.joins = d.joining(h)
	}
	d.effects.execute(h, worker)
}

// finished is called when a worker has run what h says, and h is released.
func (d *dispatcher) finished(h holding, worker int, retries []retry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	d.free(worker)
	d.agenda.usage.count(h.class.uses, -1)
	for _, r := range retries {
		d.resting++
		d.effects.rest(h.class, r)
	}
	d.step()
}

// rested is called when the time has come for a case that was bad: it goes back
// into its class.
func (d *dispatcher) rested(c *class, r retry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.resting--
	d.agenda.putIn(c, Case{Case: r.c, Needs: c.needs, Takes: r.ran, retry: true})
	d.step()
}
