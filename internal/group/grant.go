package group

// Grant is what a holder has of one group.
type Grant struct {
	// Slots are the numbers of the units that are held, from 0 and below the capacity. They were
	// the smallest free ones when they were taken. A shared holder has none.
	Slots []int
	// Fence is a fencing token: a number greater than that of every earlier holding of the group.
	// With it a resource can refuse a holder that was stopped and has lost the group since. 0 if
	// groups cannot be lost.
	Fence int64
	// Values are what the setup of each slot's instance has printed; nil if the group has no
	// setup.
	Values []map[string]string
}
