package group

// Grant is what a holder has of one group.
type Grant struct {
	// Slots are the numbers of the units that are held, from 0 and below the
	// capacity: when they were taken, the smallest that nobody had. There are
	// none for a group that is shared.
	Slots []int
	// Fence is a fencing token: a number greater than that of every earlier
	// holding of the group, so that a resource can turn down a holder that was
	// stopped and has lost the group since. 0 where groups cannot be lost.
	Fence int64
	// Values are what the setup of each slot's instance has printed; nil if the
	// group has no setup.
	Values []map[string]string
}
