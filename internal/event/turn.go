package event

import "time"

// Turn is how an attempt of a case came to run.
type Turn struct {
	// Queued is when the case could have started, had its groups and a worker been free; zero
	// means when the run started.
	Queued time.Time
	// Asked is when its groups were asked for; zero if it needs none. A case that joins others
	// which hold them has the moment of the first one.
	Asked time.Time
	// Worker is the number of the worker, from 0.
	Worker int
	// Batch numbers what holds groups together and goes to a worker together, from 1.
	Batch int
	// Held are the groups that it holds.
	Held []Hold
}

// Hold is how a batch got one group.
type Hold struct {
	// Group is the label.
	Group string
	// Since is when the wait for it began; zero if there was none.
	Since time.Time
	// Acquired is when the batch had it.
	Acquired time.Time
	// Units are the numbers of the units. A shared holder has none.
	Units []int
	// After is who held the group when the wait began, for people; empty if nobody is known, or if
	// it was this test process.
	After string
}
