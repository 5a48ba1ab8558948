package event

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Batch is cases that run in the same place, and what they have there.
type Batch struct {
	Cases []Case
	// Worker is the number of the worker, from 0. No two batches that run at the same time have
	// the same worker.
	Worker int
	// Holds says whether the cases hold groups.
	Holds bool
	// Grants are what the cases hold of each group, by its label.
	Grants map[string]group.Grant
	// Lost is closed when the cases have lost what they hold. A process that then gets time to
	// end no longer holds it. Nil if that cannot happen.
	Lost <-chan struct{}
	// MayGoOn says whether a process that has run the first case may go on with another one: the
	// groups are held for all of them, and somebody else may be waiting. Nil means always.
	MayGoOn func(Case) Answer
	// Stop is closed when no further case may start, not even of the batch. Nil means never.
	Stop <-chan struct{}
	// Deadline is when the runner will stop the batch, if nothing changes; zero if
	// there is no limit.
	Deadline time.Time
	// Attempt is 1, or the number of a retry.
	Attempt int
}

// Answer is the answer to a case that asks whether it may start.
type Answer int

const (
	// Start means that it starts.
	Start Answer = iota
	// Leave means that another process has the case by now; the program asks for the next one.
	Leave
	// Stop means that this process starts no further case.
	Stop
)
