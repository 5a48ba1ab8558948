package engine

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// modelSetting is a small world: groups, and runners whose cases need them.
type modelSetting struct {
	groups  []modelGroup
	runners []modelRunnerSetting
	// giveBacks and bypasses replace maxGiveBacks and maxBypass.
	giveBacks, bypasses int
	// known says whether runners know the capacities (Options.Capacity).
	known bool
	// bad is how many cases of each runner may be bad, and then run again.
	bad int
	// change is a bug that is put into each dispatcher after each event; nil for none.
	change func(*dispatcher)
	// backwards is a bug: the second runner takes groups in the other order.
	backwards bool
}

// modelGroup is a group. Groups are acquired in the order given, and those with a rate are the
// last ones (lock.ByScope, group.Canonical).
type modelGroup struct {
	capacity int
	starts   int // those that a rate allows in a window; 0 without one
	// others says whether other processes use a unit now and then.
	others bool
}

type modelRunnerSetting struct {
	model   *modelSetting
	workers int
	needs   [][]modelNeed // of each case
}

type modelNeed struct {
	group, weight int
	shared        bool
}

func modelLabel(number int) string { return string(rune('A' + number)) }

func (n modelNeed) need() group.Need {
	need := group.Need{Group: modelLabel(n.group), Weight: n.weight}
	if n.shared {
		need.Mode = group.Shared
	}
	return need
}

// modelCases returns runners' cases by what they need: "AB" is a unit of the groups A and B, "AA"
// are two units, "a" is a shared use, and "-" is nothing.
func modelCases(workers int, cases ...string) modelRunnerSetting {
	s := modelRunnerSetting{workers: workers}
	for _, text := range cases {
		var needs []modelNeed
		for _, letter := range bytes.TrimPrefix([]byte(text), []byte("-")) {
			n := modelNeed{group: int(letter|0x20) - 'a', weight: 1, shared: letter >= 'a'}
			if last := len(needs) - 1; last >= 0 && needs[last].group == n.group {
				needs[last].weight++
				continue
			}
			needs = append(needs, n)
		}
		s.needs = append(s.needs, needs)
	}
	return s
}

// modelWorld is one state: the runners, and what the locks know of each.
type modelWorld struct {
	runners []int      // their states, by number in their modelTable
	asks    []modelAsk // of each runner and class, by modelTable.ask
	locks   []modelLock
}

// modelAsk is how far an ask of a class has got, in Acquire.
type modelAsk struct {
	phase modelPhase
	next  int // the number of the need that it gets next
}

type modelPhase byte

const (
	noAsk        modelPhase = iota
	asksNext                // it is about to ask for its next need, or has all
	blocked                 // it could not have the need, and is about to say so
	waits                   // it has said so, and waits
	gotMeanwhile            // it got the need when it was about to say so
)

// modelLock is a group. Like those of the scopes build, host and cluster, it serves requests in
// order: the head of the queue waits for all of its units, and nobody overtakes it.
type modelLock struct {
	used, shared, started int
	queue                 []modelUser
	others                modelOthers
}

// modelUser is an ask, or the others.
type modelUser struct{ runner, class int }

var theOthers = modelUser{-1, -1}

type modelOthers byte

const (
	noOthers modelOthers = iota // or none at present
	othersWait
	othersHold
)

// modelStep is what happens next in a world, for a trace.
type modelStep struct {
	text string
	args []int
}

func newModelStep(text string, args ...int) modelStep { return modelStep{text, args} }

func (s modelStep) String() string {
	var args []any
	for _, one := range s.args {
		args = append(args, one)
	}
	return fmt.Sprintf(s.text, args...)
}

// model explores one setting.
type model struct {
	*modelSetting
	tables   []*modelTable // of each runner; runners with equal cases share one
	firstAsk []int         // of each runner, in modelWorld.asks
	asks     int
}

func newModel(s modelSetting) *model {
	m := &model{modelSetting: &s}
	byCases := map[string]*modelTable{}
	for i := range s.runners {
		s.runners[i].model = &s
		isBackwards := s.backwards && i == 1
		key := fmt.Sprint(s.runners[i].workers, s.runners[i].needs, isBackwards)
		if byCases[key] == nil {
			byCases[key] = newModelTable(newModelRunner(&s.runners[i]), isBackwards)
		}
		m.tables = append(m.tables, byCases[key])
		m.firstAsk = append(m.firstAsk, m.asks)
		m.asks += len(byCases[key].needs)
	}
	return m
}

func (m *model) first() *modelWorld {
	return &modelWorld{
		runners: make([]int, len(m.tables)), asks: make([]modelAsk, m.asks), locks: make([]modelLock, len(m.groups)),
	}
}

// ask is the place of a class in modelWorld.asks.
func (m *model) ask(runner, class int) int { return m.firstAsk[runner] + class }

func (w *modelWorld) clone() *modelWorld {
	n := &modelWorld{runners: slices.Clone(w.runners), asks: slices.Clone(w.asks), locks: slices.Clone(w.locks)}
	for i := range n.locks {
		n.locks[i].queue = slices.Clip(n.locks[i].queue) // what is added gets a place of its own
	}
	return n
}

// visit is called with a possible next world. isProgress is false if only others ask for
// something, which they need not do.
type visit func(s modelStep, next *modelWorld, isProgress bool)

// each calls visit with every world that can be the next one. wrong says what is wrong with a
// runner; "" if nothing is.
func (m *model) each(w *modelWorld, do visit) (wrong string) {
	for i := range w.runners {
		for class := range m.tables[i].needs {
			if wrong := m.eachOfAsk(w, i, class, do); wrong != "" {
				return wrong
			}
		}
		for _, e := range m.tables[i].events(w.runners[i]) {
			if wrong := m.happen(w, i, e, do, nil); wrong != "" {
				return wrong
			}
		}
	}
	for g := range w.locks {
		m.eachOfLock(w, g, do)
	}
	return ""
}

// eachOfAsk does what the goroutine that calls Acquire does.
func (m *model) eachOfAsk(w *modelWorld, runner, class int, do visit) (wrong string) {
	place := m.ask(runner, class)
	a, needs := w.asks[place], m.tables[runner].needs[class]
	set := func(phase modelPhase, next int) func(*modelWorld) {
		return func(n *modelWorld) { n.asks[place] = modelAsk{phase, next} }
	}
	switch a.phase {
	case asksNext:
		if a.next == len(needs) {
			return m.happen(w, runner, modelEvent{caseIsAnswered, class}, do, set(noAsk, 0))
		}
		n := w.clone()
		lock, need := &n.locks[needs[a.next].group], needs[a.next]
		if len(lock.queue) == 0 && m.fits(lock, need) {
			m.take(lock, need)
			set(asksNext, a.next+1)(n)
		} else {
			lock.queue = append(lock.queue, modelUser{runner, class})
			set(blocked, a.next)(n)
		}
		do(newModelStep("runner %d: class %d asks for group %d", runner, class, need.group), n, true)
	case blocked:
		return m.happen(w, runner, modelEvent{caseWaits, class}, do, set(waits, a.next))
	case gotMeanwhile:
		return m.happen(w, runner, modelEvent{caseWaits, class}, do, set(asksNext, a.next+1))
	}
	return ""
}

// eachOfLock grants the head of a queue what it waits for, lets others come and go, and lets
// starts expire.
func (m *model) eachOfLock(w *modelWorld, g int, do visit) {
	lock := &w.locks[g]
	step := func(s modelStep, isProgress bool, by func(n *modelWorld, lock *modelLock)) {
		n := w.clone()
		by(n, &n.locks[g])
		do(s, n, isProgress)
	}
	if len(lock.queue) > 0 && m.fits(lock, m.needOf(w, lock.queue[0], g)) {
		head := lock.queue[0]
		got := newModelStep("group %d goes to runner %d, class %d", g, head.runner, head.class)
		if head == theOthers {
			got = newModelStep("group %d goes to others", g)
		}
		step(got, true, func(n *modelWorld, lock *modelLock) {
			lock.queue = lock.queue[1:]
			m.take(lock, m.needOf(w, head, g))
			m.got(n, head, lock)
		})
	}
	if lock.started > 0 {
		step(newModelStep("a start of group %d has passed", g), true, func(_ *modelWorld, lock *modelLock) { lock.started-- })
	}
	switch {
	case !m.groups[g].others:
	case lock.others == othersHold:
		step(newModelStep("others leave group %d", g), true, func(_ *modelWorld, lock *modelLock) {
			lock.others = noOthers
			lock.used--
		})
	case lock.others == noOthers:
		step(newModelStep("others ask for group %d", g), false, func(_ *modelWorld, lock *modelLock) {
			lock.others = othersWait
			lock.queue = append(lock.queue, theOthers)
		})
	}
}

// got notes that the head of a queue has what it waited for.
func (m *model) got(w *modelWorld, head modelUser, lock *modelLock) {
	if head == theOthers {
		lock.others = othersHold
		return
	}
	a := &w.asks[m.ask(head.runner, head.class)]
	if a.phase == blocked {
		a.phase = gotMeanwhile
	} else {
		*a = modelAsk{asksNext, a.next + 1}
	}
}

func (m *model) needOf(w *modelWorld, u modelUser, g int) modelNeed {
	if u == theOthers {
		return modelNeed{group: g, weight: 1}
	}
	return m.tables[u.runner].needs[u.class][w.asks[m.ask(u.runner, u.class)].next]
}

// fits is as fits of package process: what a group has room for.
func (m *model) fits(l *modelLock, n modelNeed) bool {
	g := m.groups[n.group]
	switch {
	case g.starts > 0 && l.started >= g.starts:
		return false
	case n.shared:
		return l.used == 0
	}
	return l.shared == 0 && l.used+n.weight <= g.capacity
}

func (m *model) take(l *modelLock, n modelNeed) {
	if n.shared {
		l.shared++
	} else {
		l.used += n.weight
	}
	if m.groups[n.group].starts > 0 {
		l.started++
	}
}

func (m *model) giveBack(w *modelWorld, needs []modelNeed, undo bool) {
	for _, n := range needs {
		l := &w.locks[n.group]
		if n.shared {
			l.shared--
		} else {
			l.used -= n.weight
		}
		if undo && l.started > 0 { // it may have expired
			l.started--
		}
	}
}

// happen does an event of a runner in all possible ways. change is what else it does to the
// world.
func (m *model) happen(w *modelWorld, runner int, e modelEvent, do visit, change func(*modelWorld)) (wrong string) {
	t := m.tables[runner]
	for _, o := range t.outcomes(w.runners[runner], e) {
		if o.wrong != "" {
			return fmt.Sprintf("%s in runner %d: %s", e.step(runner), runner, o.wrong)
		}
		n := w.clone()
		if change != nil {
			change(n)
		}
		n.runners[runner] = o.next
		for _, class := range o.asked {
			n.asks[m.ask(runner, class)] = modelAsk{phase: asksNext}
		}
		for _, class := range o.released {
			m.giveBack(n, t.needs[class], false)
		}
		for _, class := range o.undone {
			m.giveBack(n, t.needs[class], true)
		}
		do(e.step(runner), n, true)
	}
	return ""
}

// step is an event of a runner, for a trace.
func (e modelEvent) step(runner int) modelStep {
	if e.kind == runnerStarts {
		return newModelStep("runner %d starts", runner)
	}
	return newModelStep(map[modelEventKind]string{
		caseWaits:            "runner %d: class %d has to wait",
		caseIsAnswered:       "runner %d: class %d has all its groups",
		caseEnds:             "runner %d: run %d ends",
		workerIsFree:         "runner %d: the worker of run %d is free",
		workerIsFreeAfterBad: "runner %d: the worker of run %d is free, and the case is to run again",
		caseIsUndone:         "runner %d: number %d of what is given back is free",
		caseRested:           "runner %d: resting case %d is to run",
	}[e.kind], runner, e.at)
}

// isDone reports whether all cases have finished.
func (m *model) isDone(w *modelWorld) bool {
	for i, state := range w.runners {
		if !m.tables[i].states[state].isDone() {
			return false
		}
	}
	return true
}
