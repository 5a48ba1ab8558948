package event

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Batch is cases that run at the same place, and what they have there.
type Batch struct {
	Cases []Case
	// Worker is the number of the worker, from 0: no two that run at the same
	// time have the same.
	Worker int
	// Holds is whether the cases hold groups.
	Holds bool
	// Grants are what the cases hold of each group, by its label.
	Grants map[string]group.Grant
	// Lost is closed when the cases have lost what they hold: then a process that
	// is given time to end has it no longer. Nil where that cannot happen.
	Lost <-chan struct{}
	// MayGoOn says whether a process that has run the first case goes on with
	// another one: the groups are held for all of them, and somebody else may be
	// waiting. Nil is always.
	MayGoOn func(Case) Answer
	// Stop is closed when no further case is to start, not even of the batch. Nil
	// is never.
	Stop <-chan struct{}
	// Deadline is when the runner will stop the batch, if nothing changes; zero if
	// there is no limit.
	Deadline time.Time
	// Attempt is 1, or that of a retry.
	Attempt int
}

// Answer is what becomes of a case that asks whether it may start.
type Answer int

const (
	// Start means that it starts.
	Start Answer = iota
	// Leave means that it is somebody else's by now; the next one asks.
	Leave
	// Stop means that this process starts no further case.
	Stop
)
