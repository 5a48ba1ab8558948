package engine

import (
	"slices"
	"sync"
	"time"
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
type dispatcher struct {
	run *run

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

// inParallel runs cases on the workers of r.
func (r *run) inParallel(cases []Case) {
	d := &dispatcher{run: r, agenda: newAgenda(r.Options, cases, newUsage(cases, r.Capacity)), done: make(chan struct{})}
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
	since := c.since
	d.asking++
	go func() {
		d.answer(a, d.run.hold(sharing(a.cases), since, func() { d.wait(a) }))
	}()
}

// wait is called when a case begins to wait for its groups.
func (d *dispatcher) wait(a *ask) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.worker < 0 {
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
	return a.class.rated && a.class.givenBack >= maxGiveBacks && len(d.kept) == 0
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

// answer is called when a case has got its groups, or will not.
func (d *dispatcher) answer(a *ask, h holding) {
	h.class = a.class
	d.mu.Lock()
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
	if a.worker < 0 && a.class.keepsGroups() {
		a.worker = d.workerOfKeeper()
	}
	switch {
	case a.worker >= 0:
		d.begun(a)
		d.start(h, a.worker)
	case h.held != nil && !a.class.keepsGroups():
		a.class.givenBack++
		a.class.putBack(len(a.cases))
		d.agenda.usage.count(a.class.uses, -1)
		defer h.held.Undo()
	default:
		d.begun(a)
		d.kept = append(d.kept, h)
	}
	d.step()
	d.mu.Unlock()
}

// keepsGroups reports whether the first case keeps its groups until a worker is
// free. One whose start is counted does not: that would be late by then.
func (c *class) keepsGroups() bool { return !c.rated && c.givenBack >= maxGiveBacks }

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
	go func() {
		retries := d.run.execute(h, worker)
		h.release()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.running--
		d.free(worker)
		d.agenda.usage.count(h.class.uses, -1)
		for _, r := range retries {
			d.rest(h.class, r)
		}
		d.step()
	}()
}

// rest puts a case that was bad back into its class, when its time has come.
func (d *dispatcher) rest(c *class, r retry) {
	d.resting++
	go func() {
		d.run.rest(r)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.resting--
		d.agenda.putIn(c, Case{Case: r.c, Needs: c.needs, Takes: r.ran, retry: true})
		d.step()
	}()
}
