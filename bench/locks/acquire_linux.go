package main

import (
	"context"
	"io"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// acquireCase is one row of the benchmark acquire.
type acquireCase struct {
	what                     string
	capacity, configurations int
	need                     group.Need
	// first says whether each sample has a new locker, like the first acquisition of a process,
	// which has to find the files.
	first bool
	limit harness.Limit
}

var acquireCases = []acquireCase{
	{"capacity 1, first of a process", 1, 1, exclusive(1), true, harness.AtMost(100 * time.Microsecond)},
	{"capacity 1, later ones", 1, 1, exclusive(1), false, harness.AtMost(30 * time.Microsecond)},
	{"capacity 4, 1 unit", 4, 1, exclusive(1), false, harness.Information},
	{"capacity 4, 4 units", 4, 1, exclusive(4), false, harness.Information},
	{"capacity 4, shared", 4, 1, shared(), false, harness.Information},
	{"capacity 40, 1 unit, first of a process", 40, 1, exclusive(1), true, harness.Information},
	{"capacity 40, 1 unit", 40, 1, exclusive(1), false, harness.Information},
	{"capacity 40, 40 units", 40, 1, exclusive(40), false, harness.Information},
	{"capacity 1, 10 configurations, first of a process", 1, 10, exclusive(1), true, harness.Information},
	{"capacity 1, 10 configurations", 1, 10, exclusive(1), false, harness.Information},
	{"capacity 1, 50 configurations, first of a process", 1, 50, exclusive(1), true, harness.Information},
	{"capacity 1, 50 configurations", 1, 50, exclusive(1), false, harness.Information},
}

// acquire measures acquire + release in one process, all cases interleaved.
func acquire() (*harness.Table, error) {
	const rounds = 2000
	var variants []func() (time.Duration, error)
	for _, c := range append([]acquireCase{{capacity: 1, configurations: 1}}, acquireCases...) {
		s, err := newSpace(c.capacity, c.configurations)
		if err != nil {
			return nil, err
		}
		defer s.remove()
		variants = append(variants, c.variant(s))
	}
	results, err := harness.Interleave(rounds, variants...)
	if err != nil {
		return nil, err
	}
	table := &harness.Table{
		Floor: "open, flock and close of one file",
		Notes: []string{"The first acquisition of a process finds the group's files in every configuration that was built."},
	}
	for i, c := range acquireCases {
		table.Compare(c.what, results[0], results[i+1], c.limit)
	}
	return table, nil
}

// variant returns a function that takes one sample; the case without a name is the floor.
func (c acquireCase) variant(s space) func() (time.Duration, error) {
	if c.what == "" {
		return func() (time.Duration, error) { return timed(s.bare(), exclusive(1)) }
	}
	locker := s.locker()
	return func() (time.Duration, error) {
		if c.first {
			locker = s.locker()
			defer func() { _ = locker.(io.Closer).Close() }()
		}
		return timed(locker, c.need)
	}
}

func timed(locker lock.Locker, need group.Need) (time.Duration, error) {
	began := time.Now()
	held, err := locker.Acquire(context.Background(), []group.Need{need})
	if err != nil {
		return 0, err
	}
	held.Release()
	return time.Since(began), nil
}
