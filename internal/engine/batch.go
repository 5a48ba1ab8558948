package engine

import (
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// batch is cases that the framework gets at once, and what they hold together.
type batch struct {
	cases []event.Case
	needs []group.Need
	// retried says whether one of them was bad before.
	retried bool
}

func alone(c schedule.Case) batch {
	return batch{cases: []event.Case{c.Case}, needs: c.Needs, retried: c.Retry}
}

// sharing returns a batch of cases that have the same needs.
func sharing(cases []schedule.Case) batch {
	return batch{cases: casesOf(cases), needs: cases[0].Needs, retried: cases[0].Retry}
}

// together returns a batch that holds what any of cases needs.
func together(cases []schedule.Case) batch {
	b := batch{cases: casesOf(cases)}
	for _, c := range cases {
		b.needs = append(b.needs, c.Needs...)
	}
	b.needs = group.Canonical(b.needs)
	return b
}

func casesOf(taken []schedule.Case) []event.Case {
	cases := make([]event.Case, len(taken))
	for i, c := range taken {
		cases[i] = c.Case
	}
	return cases
}
