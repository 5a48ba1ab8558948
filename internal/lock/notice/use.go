package notice

import (
	"cmp"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// State is whether a group is held or waited for.
type State string

const (
	// Holding is for a group that is held, by a case that runs or still waits for
	// another group.
	Holding State = "holding"
	// Waiting is for a group that is waited for.
	Waiting State = "waiting"
)

// Use is the use of one group by one case or command.
type Use struct {
	// Scope is build or host.
	Scope group.Scope `json:"scope"`
	// Identity is one that no other group of the machine has (register.Place).
	Identity string `json:"identity"`
	// Label is what the group is called by those who use it.
	Label string `json:"label"`
	// Key is its key, in scope host.
	Key string `json:"key,omitempty"`
	// Definition is what it is to them.
	Definition group.Definition `json:"definition"`
	// User is who uses it. Since is when it began to hold, or to wait.
	User lock.User `json:"user"`
	// Mode is the way of use.
	Mode group.Mode `json:"mode"`
	// Weight is how many units it takes, or waits for.
	Weight int `json:"weight"`
	// Slots are the units that it holds; there are none while it waits, or holds
	// and waits for the next group, and of a group that is shared.
	Slots []int `json:"slots,omitempty"`
	// State is whether it has the group.
	State State `json:"state"`
}

// sortByTime puts uses in order of when they began.
func sortByTime(uses []Use) {
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(a.User.Since.Compare(b.User.Since), cmp.Compare(a.User.Target, b.User.Target),
			cmp.Compare(a.User.Case, b.User.Case))
	})
}
