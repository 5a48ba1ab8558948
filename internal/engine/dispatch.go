package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// maxGiveBacks is how often a case gives back what it got while no worker was free. After that it
// keeps its groups for the next worker, so that it does not starve.
const maxGiveBacks = 8

// dispatcher brings cases, groups and workers together.
//
// A case asks for its groups only when a worker is free for it. If they are not free, the worker
// turns to something else, and the case stays among the waiters. If no worker is free when the
// case gets its groups, it gives them back: another process may have a free worker.
//
// There are two exceptions. A case that has given back its groups too often keeps them for the
// next worker, and a case whose start is counted keeps its worker while it waits. The former goes
// first: it takes the worker of the latter. So a case that holds its groups waits only for cases
// that run, and those end.
//
// The dispatcher only decides. Its effects do what it decides, and report the results to it
// (wait, answer, finished, rested). So model_test.go can try every order of these reports.
type dispatcher struct {
	run       *run
	effects   effects
	giveBacks int // as maxGiveBacks

	mu     sync.Mutex
	agenda *schedule.Agenda
	// requests are the requests of the agenda's classes, by their numbers.
	requests []request
	idle     []int     // workers, by number
	kept     []holding // cases that hold groups and wait for a worker
	keepers  []*ask    // cases that have a worker and wait for groups
	running  int
	asking   int
	resting  int // cases that will run again later
	// afterPauses are the cases that have run after they had let others go first.
	afterPauses running
	done        chan struct{}
	ended       bool // done is closed
}

// ask is a case that asks for its groups, or several cases that will hold them together.
type ask struct {
	class *schedule.Class
	cases []schedule.Case
	// worker is reserved for it until it is known to have to wait; then -1.
	worker int
}

func newDispatcher(r *run, cases []schedule.Case) *dispatcher {
	d := &dispatcher{run: r, giveBacks: maxGiveBacks, done: make(chan struct{})}
	rules := r.rules()
	rules.Demand = d.demand
	d.agenda = schedule.New(rules, cases)
	d.requests = make([]request, len(d.agenda.Classes()))
	return d
}

// inParallel runs cases on the workers of r.
func (r *run) inParallel(cases []schedule.Case) {
	d := newDispatcher(r, cases)
	for _, c := range d.agenda.Classes() {
		r.waits.open(c.Needs, time.Now())
	}
	d.effects = concurrent{d}
	r.learn, r.learnStart = d.learn, d.learnStart
	d.mu.Lock()
	end := d.workers(len(cases))
	d.step()
	d.mu.Unlock()
	defer end()
	<-d.done
}

func (d *dispatcher) learn(c *schedule.Class, ran time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.agenda.Observe(c, ran)
}

func (d *dispatcher) learnStart(took time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.agenda.ObserveStart(took)
}

// step starts everything that can start. The caller has locked d.mu.
func (d *dispatcher) step() {
	for len(d.idle) > 0 {
		if len(d.kept) > 0 {
			h := d.kept[0]
			d.kept = d.kept[1:]
			d.start(h, d.worker(h.class))
			continue
		}
		c := d.agenda.Next()
		if c == nil {
			break
		}
		switch {
		case len(c.Needs) == 0:
			taken := c.Take(d.agenda.BatchSize(c))
			d.start(holding{batch: batch{cases: casesOf(taken)}, class: c}, d.worker(c))
		case d.of(c).share.join():
			d.start(holding{batch: alone(c.Take(1)[0]), class: c, held: d.of(c).share}, d.worker(c))
		case d.of(c).asking: // its share has just been given back
			d.agenda.Free(c)
		default:
			d.ask(c)
		}
	}
	if d.running+d.asking+d.resting+len(d.kept) == 0 && !d.agenda.Left() {
		d.ended = true
		close(d.done)
	}
}

// worker takes an idle worker for a class: the one that its last cases had, which may have the
// set-ups of their module, or else the one with the smallest number.
func (d *dispatcher) worker(c *schedule.Class) int {
	at := max(slices.Index(d.idle, d.of(c).worker), 0)
	worker := d.idle[at]
	d.idle = slices.Delete(d.idle, at, at+1)
	return worker
}

func (d *dispatcher) free(worker int) {
	at, _ := slices.BinarySearch(d.idle, worker)
	d.idle = slices.Insert(d.idle, at, worker)
}

func (d *dispatcher) ask(c *schedule.Class) {
	a := &ask{class: c, cases: c.Take(d.agenda.Neighbours(c)), worker: d.worker(c)}
	r := d.of(c)
	r.asking, r.waits = true, false
	d.asking++
	d.effects.hold(a)
}

// wait is called when a case begins to wait for its groups.
func (d *dispatcher) wait(a *ask) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.worker < 0 || slices.Contains(d.keepers, a) {
		return // for one more group
	}
	d.of(a.class).waits = true
	if d.keepsWorker(a) {
		d.keepers = append(d.keepers, a)
	} else {
		d.free(d.workerOf(a))
	}
	d.step()
}

// keepsWorker reports whether a case waits with its worker. That is a case whose start is
// counted, so that it cannot wait for a worker afterwards, and that has given back its groups too
// often because it had no worker.
func (d *dispatcher) keepsWorker(a *ask) bool {
	return a.class.Rated && d.of(a.class).givenBack >= d.giveBacks && len(d.kept) == 0
}

// workerOf takes the worker from a case that waits for its groups.
func (d *dispatcher) workerOf(a *ask) (worker int) {
	worker, a.worker = a.worker, -1
	d.agenda.Free(a.class)
	return worker
}

// workerOfKeeper takes a worker from a case that keeps it while it waits; -1 if there is none.
func (d *dispatcher) workerOfKeeper() (worker int) {
	if len(d.keepers) == 0 {
		return -1
	}
	a := d.keepers[0]
	d.keepers = d.keepers[1:]
	return d.workerOf(a)
}

// answer is called when a case has got its groups, or will not get them. It returns what the
// caller must undo; nil if that is nothing.
func (d *dispatcher) answer(a *ask, h holding) (back lock.Held) {
	h.class = a.class
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.of(a.class)
	if h.held != nil && a.class.Shares() {
		r.share = newShare(h.held, d.run.Workers)
		h.held = r.share
	}
	waited := a.worker < 0
	if waited {
		d.agenda.Claim(a.class)
		if len(d.idle) > 0 {
			a.worker = d.worker(a.class)
		}
	}
	r.asking = false
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
		r.givenBack++
		a.class.PutBack(len(a.cases))
		d.agenda.Free(a.class)
		back = h.held
	default:
		d.begun(a)
		d.kept = append(d.kept, h)
	}
	d.step()
	return back
}

// keepsGroups reports whether the first case of a class keeps its groups until a worker is free.
// A case whose start is counted does not: it would start too late.
func (d *dispatcher) keepsGroups(c *schedule.Class) bool {
	return !c.Rated && d.of(c).givenBack >= d.giveBacks
}

// begun forgets what was known of these cases from before they began.
func (d *dispatcher) begun(a *ask) {
	d.of(a.class).givenBack = 0
	d.agenda.Begin(a.class, a.cases)
}

func (d *dispatcher) start(h holding, worker int) {
	d.running++
	d.of(h.class).worker = worker
	if h.held != nil && h.outcome == nil {
		h.batch, h.joins = d.joining(h)
	}
	d.effects.execute(h, worker)
}

// finished is called when a worker has run the cases of h, and h is released.
func (d *dispatcher) finished(h holding, worker int, retries []retry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	d.free(worker)
	d.agenda.Free(h.class)
	for _, r := range retries {
		d.resting++
		d.effects.rest(h.class, r)
	}
	d.step()
}

// rested is called when it is time to retry a case that was bad: the case goes back into its
// class.
func (d *dispatcher) rested(c *schedule.Class, r retry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.resting--
	d.agenda.PutIn(c, schedule.Case{Case: r.c, Needs: c.Needs, Takes: r.ran, Retry: true})
	d.step()
}
