package engine

import (
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// batch is cases that the framework gets at once, and what they hold together.
type batch struct {
	cases []event.Case
	needs []group.Need
}

func alone(c Case) batch { return batch{cases: []event.Case{c.Case}, needs: c.Needs} }

// together is a batch that holds what any of cases needs.
func together(cases []Case) batch {
	var b batch
	most := map[string]group.Need{}
	for _, c := range cases {
		b.cases = append(b.cases, c.Case)
		for _, n := range c.Needs {
			if m, ok := most[n.Group]; ok {
				n = stronger(m, n)
			}
			most[n.Group] = n
		}
	}
	for _, n := range most {
		b.needs = append(b.needs, n)
	}
	b.needs = group.Canonical(b.needs)
	return b
}

// stronger returns a need that satisfies both.
func stronger(a, b group.Need) group.Need {
	a.Weight = max(a.Weight, b.Weight)
	if b.Mode == group.Exclusive {
		a.Mode = group.Exclusive
	}
	return a
}
