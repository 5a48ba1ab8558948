package engine

import (
	"sync"
	"time"

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

// worthAProcess is for how long a batch should run, where that much is left: a
// process takes some milliseconds to start.
const worthAProcess = 20 * time.Millisecond

// sizes decides how many cases go into a batch: many at first, since a process
// is not free, and few towards the end, so that all workers end together
// (guided self-scheduling).
type sizes struct {
	workers int
	batches bool

	mu    sync.Mutex
	ran   time.Duration
	count int
}

// observe learns how long a case ran.
func (s *sizes) observe(ran time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ran += ran
	s.count++
}

// next returns how many of the given number of cases one worker takes.
func (s *sizes) next(left int) int {
	if !s.batches || left == 0 {
		return min(left, 1)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	share := (left + 2*s.workers - 1) / (2 * s.workers)
	if s.count == 0 {
		return share
	}
	worthwhile := int(worthAProcess / max(s.ran/time.Duration(s.count), time.Microsecond))
	if left <= worthwhile/2 {
		return left // sharing so little out would halve it again and again
	}
	return max(share, min(worthwhile, (left+s.workers-1)/s.workers))
}
