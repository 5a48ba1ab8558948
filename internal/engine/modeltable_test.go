package engine

import (
	"fmt"
	"slices"
)

// modelTable knows the states of a runner and their successors, so that no dispatcher does the
// same twice: most states of the world differ only in the locks and in other runners.
type modelTable struct {
	needs   [][]modelNeed // of each class, in the order in which they are acquired
	states  []*modelRunner
	numbers map[string]int // by fingerprint
	known   map[modelKey][]modelOutcome
}

type modelKey struct {
	state int
	event modelEvent
}

// modelOutcome is what an event may lead to.
type modelOutcome struct {
	next                    int
	asked, released, undone []int
	wrong                   string
}

func newModelTable(first *modelRunner, backwards bool) *modelTable {
	t := &modelTable{
		states: []*modelRunner{first}, numbers: map[string]int{first.fingerprint(): 0}, known: map[modelKey][]modelOutcome{},
	}
	for _, c := range first.d.agenda.Classes() {
		needs := slices.Clone(first.setting.needs[c.Left()[0].Position])
		if backwards {
			slices.Reverse(needs)
		}
		t.needs = append(t.needs, needs)
	}
	return t
}

// events returns the events that a runner itself can cause in a state.
func (t *modelTable) events(state int) (all []modelEvent) {
	r := t.states[state]
	if !r.started {
		return []modelEvent{{kind: runnerStarts}}
	}
	for i, run := range r.runs {
		switch {
		case !run.ended:
			all = append(all, modelEvent{caseEnds, i})
		case r.badLeft > 0:
			all = append(all, modelEvent{workerIsFree, i}, modelEvent{workerIsFreeAfterBad, i})
		default:
			all = append(all, modelEvent{workerIsFree, i})
		}
	}
	for i := range r.backs {
		all = append(all, modelEvent{caseIsUndone, i})
	}
	for i := range r.resting {
		all = append(all, modelEvent{caseRested, i})
	}
	return all
}

func (t *modelTable) outcomes(state int, e modelEvent) []modelOutcome {
	key := modelKey{state, e}
	if known, ok := t.known[key]; ok {
		return known
	}
	var all []modelOutcome
	for _, order := range t.states[state].orders(e.kind) {
		o := t.outcome(state, e, order)
		if !slices.ContainsFunc(all, func(other modelOutcome) bool { return fmt.Sprint(other) == fmt.Sprint(o) }) {
			all = append(all, o)
		}
	}
	t.known[key] = all
	return all
}

func (t *modelTable) outcome(state int, e modelEvent, order []int) (o modelOutcome) {
	r := t.states[state].clone()
	defer func() {
		if p := recover(); p != nil {
			o.wrong = fmt.Sprint("panic: ", p)
		}
	}()
	r.happen(e, order)
	return modelOutcome{next: t.number(r), asked: r.asked, released: r.released, undone: r.undone, wrong: r.wrong()}
}

func (t *modelTable) number(r *modelRunner) int {
	f := r.fingerprint()
	n, ok := t.numbers[f]
	if !ok {
		n = len(t.states)
		t.numbers[f] = n
		t.states = append(t.states, r)
	}
	return n
}
