package event

// Batch is cases that run at the same place, and what they have there.
type Batch struct {
	Cases []Case
	// Worker is the number of the worker, from 0: no two that run at the same
	// time have the same.
	Worker int
	// Holds is whether the cases hold groups.
	Holds bool
	// Slots are numbers from 0, by the label of each group that the cases hold
	// exclusively: as many as they take units. No two holders of a group have
	// one in common.
	Slots map[string][]int
	// Attempt is 1, or that of a retry.
	Attempt int
}
