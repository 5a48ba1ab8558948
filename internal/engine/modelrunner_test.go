package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// modelRunner is a runner with the real dispatcher, agenda and shares. It is also their effects:
// it notes them, and modelWorld executes them later, in any order. It does not change once a
// modelTable knows it.
type modelRunner struct {
	setting *modelRunnerSetting
	d       *dispatcher
	started bool
	asks    []*ask // under way, of each class at most one
	runs    []modelRun
	backs   []modelBack
	resting []*schedule.Class
	badLeft int // how many cases may still be bad

	// What the last event has caused outside of the runner.
	asked, released, undone []int // classes
}

// modelRun is what a worker runs.
type modelRun struct {
	holding
	worker int
	ended  bool // it has been released, but the dispatcher does not know yet
}

// modelBack is what answer has returned and has not been undone yet.
type modelBack struct {
	held  lock.Held
	class int
}

// modelHeld is the groups of a case, as effects.hold acquires them.
type modelHeld struct {
	lock.Held // which nobody asks for anything else
	runner    *modelRunner
	class     int
}

func (h *modelHeld) Release() { h.runner.released = append(h.runner.released, h.class) }
func (h *modelHeld) Undo()    { h.runner.undone = append(h.runner.undone, h.class) }

// hold implements effects.
func (r *modelRunner) hold(a *ask) {
	r.asks = append(r.asks, a)
	r.asked = append(r.asked, a.class.Number)
}

// execute implements effects.
func (r *modelRunner) execute(h holding, worker int) {
	r.runs = append(r.runs, modelRun{holding: h, worker: worker})
}

// rest implements effects.
func (r *modelRunner) rest(c *schedule.Class, _ retry) { r.resting = append(r.resting, c) }

func newModelRunner(s *modelRunnerSetting) *modelRunner {
	r := &modelRunner{setting: s, badLeft: s.model.bad}
	var cases []schedule.Case
	for i, needs := range s.needs {
		one := schedule.Case{Case: event.Case{Name: fmt.Sprint(i)}}
		for _, n := range needs {
			one.Needs = append(one.Needs, n.need())
		}
		cases = append(cases, one)
	}
	options := Options{Workers: s.workers, InOrder: true, Rates: map[string]group.Rate{}}
	if s.model.known {
		options.Capacity = map[string]int{}
	}
	for i, g := range s.model.groups {
		if g.starts > 0 {
			options.Rates[modelLabel(i)] = group.Rate{Starts: g.starts, Window: time.Second}
		}
		if s.model.known {
			options.Capacity[modelLabel(i)] = g.capacity
		}
	}
	r.d = newDispatcher(&run{Options: options}, cases)
	r.d.effects, r.d.giveBacks, r.d.agenda.MaxBypass = r, s.model.giveBacks, s.model.bypasses
	r.d.workers(len(cases))
	return r
}

// clone returns a copy that shares nothing with r that changes.
func (r *modelRunner) clone() *modelRunner {
	n := &modelRunner{setting: r.setting, started: r.started, badLeft: r.badLeft}
	c := cloning{to: n, shares: map[*share]*share{}, asks: map[*ask]*ask{}}
	n.d = c.dispatcher(r.d)
	for _, a := range r.asks {
		n.asks = append(n.asks, c.ask(a))
	}
	for _, run := range r.runs {
		n.runs = append(n.runs, modelRun{c.holding(run.holding), run.worker, run.ended})
	}
	for _, b := range r.backs {
		n.backs = append(n.backs, modelBack{c.held(b.held), b.class})
	}
	for _, resting := range r.resting {
		n.resting = append(n.resting, c.class(resting))
	}
	return n
}

// cloning knows the copies of things that may be referred to several times.
type cloning struct {
	to      *modelRunner
	classes []*schedule.Class
	shares  map[*share]*share
	asks    map[*ask]*ask
}

func (c *cloning) dispatcher(d *dispatcher) *dispatcher {
	n := &dispatcher{
		run: d.run, effects: c.to, giveBacks: d.giveBacks, agenda: d.agenda.Clone(), idle: slices.Clone(d.idle),
		running: d.running, asking: d.asking, resting: d.resting, done: make(chan struct{}), ended: d.ended,
	}
	n.agenda.Demand = n.demand
	c.classes = n.agenda.Classes()
	n.requests = c.requests(d.requests)
	for _, h := range d.kept {
		n.kept = append(n.kept, c.holding(h))
	}
	for _, a := range d.keepers {
		n.keepers = append(n.keepers, c.ask(a))
	}
	return n
}

func (c *cloning) requests(all []request) (copied []request) {
	for _, r := range all {
		r.share = c.share(r.share)
		copied = append(copied, r)
	}
	return copied
}

func (c *cloning) class(old *schedule.Class) *schedule.Class { return c.classes[old.Number] }

func (c *cloning) ask(old *ask) *ask {
	if c.asks[old] == nil {
		c.asks[old] = &ask{c.class(old.class), old.cases, old.worker}
	}
	return c.asks[old]
}

func (c *cloning) share(old *share) *share {
	if old == nil {
		return nil
	}
	if c.shares[old] == nil {
		c.shares[old] = &share{Held: c.held(old.Held), holders: old.holders, joins: old.joins}
	}
	return c.shares[old]
}

func (c *cloning) held(old lock.Held) lock.Held {
	switch old := old.(type) {
	case *share:
		return c.share(old)
	case *modelHeld:
		return &modelHeld{runner: c.to, class: old.class}
	}
	return nil
}

func (c *cloning) holding(h holding) holding {
	h.class, h.held = c.class(h.class), c.held(h.held)
	return h
}

// modelEvent is something that can happen to a runner.
type modelEvent struct {
	kind modelEventKind
	at   int // the class, or the number of a run and so on
}

type modelEventKind uint8

const (
	runnerStarts         modelEventKind = iota // inParallel
	caseWaits                                  // Trace.Waiting, which calls dispatcher.wait
	caseIsAnswered                             // Acquire returns: dispatcher.answer
	caseEnds                                   // run.execute returns, and holding.release
	workerIsFree                               // dispatcher.finished
	workerIsFreeAfterBad                       // the same, for a case that will run again
	caseIsUndone                               // what answer has returned is undone
	caseRested                                 // dispatcher.rested
)

// happen does what an event does in the code. order says how urgent the classes are.
func (r *modelRunner) happen(e modelEvent, order []int) {
	for urgency, number := range order {
		cases := r.d.agenda.Classes()[number].Left()
		for i := range cases {
			cases[i].Position = urgency // by which the agenda sorts, with Options.InOrder
		}
	}
	switch e.kind {
	case runnerStarts:
		r.started = true
		r.d.step()
	case caseWaits:
		r.d.wait(r.ask(e.at))
	case caseIsAnswered:
		a := r.ask(e.at)
		r.asks = slices.DeleteFunc(r.asks, func(other *ask) bool { return other == a })
		held := &modelHeld{runner: r, class: e.at}
		if back := r.d.answer(a, holding{batch: sharing(a.cases), held: held}); back != nil {
			r.backs = append(r.backs, modelBack{back, e.at})
		}
	case caseEnds:
		r.runs[e.at].ended = true
		r.runs[e.at].release()
	case workerIsFree, workerIsFreeAfterBad:
		ended := r.runs[e.at]
		r.runs = slices.Delete(r.runs, e.at, e.at+1)
		var retries []retry
		if e.kind == workerIsFreeAfterBad {
			r.badLeft--
			retries = []retry{{c: ended.cases[0]}}
		}
		r.d.finished(ended.holding, ended.worker, retries)
	case caseIsUndone:
		back := r.backs[e.at]
		r.backs = slices.Delete(r.backs, e.at, e.at+1)
		back.held.Undo()
	case caseRested:
		c := r.resting[e.at]
		r.resting = slices.Delete(r.resting, e.at, e.at+1)
		r.d.rested(c, retry{})
	}
	if r.setting.model.change != nil {
		r.setting.model.change(r.d)
	}
}

// ask returns the current ask of a class.
func (r *modelRunner) ask(class int) *ask {
	return r.asks[slices.IndexFunc(r.asks, func(a *ask) bool { return a.class.Number == class })]
}

// decides reports whether the dispatcher looks at the agenda because of an event.
func (k modelEventKind) decides() bool { return k != caseEnds && k != caseIsUndone }

// orders returns the possible orders of urgency of the classes with remaining cases: urgency
// depends on times, so all of them are tried.
func (r *modelRunner) orders(k modelEventKind) [][]int {
	if !k.decides() {
		return [][]int{nil}
	}
	var all []int
	for _, c := range r.d.agenda.Classes() {
		if len(c.Left()) > 0 || r.d.of(c).asking {
			all = append(all, c.Number)
		}
	}
	return permutations(all)
}

func permutations(of []int) [][]int {
	if len(of) < 2 {
		return [][]int{of}
	}
	var all [][]int
	for i, first := range of {
		rest := slices.Delete(slices.Clone(of), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]int{first}, p...))
		}
	}
	return all
}

// wrong returns which invariant is violated between two events; "" if none is.
func (r *modelRunner) wrong() string {
	d := r.d
	counted := d.agenda.Clone() // less what is known to be in use
	workers := len(d.idle) + len(r.runs)
	for _, run := range r.runs {
		counted.Free(run.class)
	}
	for _, h := range d.kept {
		counted.Free(h.class)
	}
	for _, a := range r.asks {
		if a.worker >= 0 {
			workers++
			counted.Free(a.class)
		}
	}
	switch {
	case workers != r.setting.workers:
		return fmt.Sprintf("of %d workers %d are known", r.setting.workers, workers)
	case !counted.Idle():
		return "the usage is counted as something else than it is"
	case r.started && len(d.kept) > 0 && len(d.idle) > 0:
		return "a case waits for a worker beside an idle one"
	}
	for i, k := range d.keepers {
		if k.worker < 0 || slices.Contains(d.keepers[:i], k) {
			return "a keeper has no worker, or is one twice"
		}
	}
	return ""
}

// isDone reports whether everything has been done.
func (r *modelRunner) isDone() bool { return r.d.ended && len(r.backs) == 0 }

// fingerprint is equal for runners that behave in the same way. It leaves out the times, and the
// numbers of the workers.
func (r *modelRunner) fingerprint() string {
	var f []byte
	add := func(numbers ...int) {
		for _, n := range numbers {
			f = append(f, byte(n))
		}
	}
	d := r.d
	for _, c := range d.agenda.Classes() {
		keeper := slices.IndexFunc(d.keepers, func(a *ask) bool { return a.class == c })
		asks := d.of(c)
		add(len(c.Left()), bit(asks.asking), bit(asks.waits), asks.givenBack, min(c.Bypassed, d.agenda.MaxBypass), keeper+1)
		if asks.share.open() {
			add(asks.share.holders, min(asks.share.joins, len(r.setting.needs)+r.setting.model.bad))
		} else {
			add(0, 0)
		}
		hasWorker := slices.ContainsFunc(r.asks, func(a *ask) bool { return a.class == c && a.worker >= 0 })
		add(bit(hasWorker))
	}
	add(bit(r.started), r.badLeft, len(d.kept))
	for _, h := range d.kept {
		add(h.class.Number, r.shareCode(h.held, h.class))
	}
	for _, list := range [][]byte{r.runCodes(), r.backCodes(), r.restingCodes()} {
		add(len(list))
		slices.Sort(list)
		f = append(f, list...)
	}
	return string(f)
}

func (r *modelRunner) runCodes() (codes []byte) {
	for _, run := range r.runs {
		codes = append(codes, byte(run.class.Number<<5|bit(run.ended)<<4|r.shareCode(run.held, run.class)))
	}
	return codes
}

func (r *modelRunner) backCodes() (codes []byte) {
	for _, b := range r.backs {
		codes = append(codes, byte(b.class<<5|r.shareCode(b.held, r.d.agenda.Classes()[b.class])))
	}
	return codes
}

func (r *modelRunner) restingCodes() (codes []byte) {
	for _, c := range r.resting {
		codes = append(codes, byte(c.Number))
	}
	return codes
}

// shareCode encodes whether others can join a share, and if not, the number of its holders.
func (r *modelRunner) shareCode(held lock.Held, c *schedule.Class) int {
	s, ok := held.(*share)
	switch {
	case !ok:
		return 0
	case s == r.d.of(c).share:
		return 1
	}
	return 2 + s.holders
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
