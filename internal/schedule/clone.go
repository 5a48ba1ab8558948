package schedule

import "slices"

// Clone returns an independent copy of the agenda, for a model that tries every order of events.
// Its Demand is the same.
func (a *Agenda) Clone() *Agenda {
	n := *a
	n.usage = &usage{a.usage.numbers, a.usage.capacity, slices.Clone(a.usage.units), slices.Clone(a.usage.readers)}
	n.turns = a.turns.clone(n.usage)
	n.chain, n.starting = slices.Clone(a.chain), slices.Clone(a.starting)
	n.classes, n.order = nil, nil
	for _, old := range a.classes {
		copied := *old
		copied.cases = slices.Clone(old.cases)
		n.classes = append(n.classes, &copied)
	}
	for _, u := range a.order {
		u.class = n.classes[u.class.Number]
		n.order = append(n.order, u)
	}
	return &n
}

func (t *turns) clone(u *usage) *turns {
	n := &turns{usage: u, off: t.off, queues: map[queue][]int{}, begun: t.begun}
	for q, positions := range t.queues {
		n.queues[q] = slices.Clone(positions)
	}
	return n
}
