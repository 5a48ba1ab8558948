package notice

import (
	"cmp"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// State says whether a group is held or waited for.
type State string

const (
	// Holding means that a case holds the group. The case runs, or still waits for another group.
	Holding State = "holding"
	// Waiting means that a case waits for the group.
	Waiting State = "waiting"
)

// Use is the use of one group by one case or command.
type Use struct {
	// Scope is build or host.
	Scope group.Scope `json:"scope"`
	// Identity is unique among the groups of the machine (register.Place).
	Identity string `json:"identity"`
	// Label is the group's label, as its user knows it.
	Label string `json:"label"`
	// Key is the group's key, in scope host.
	Key string `json:"key,omitempty"`
	// Definition is the group's definition, as its user knows it.
	Definition group.Definition `json:"definition"`
	// User is the user. Since is when it began to hold or to wait.
	User lock.User `json:"user"`
	// Mode is how it uses the group.
	Mode group.Mode `json:"mode"`
	// Weight is how many units it uses or waits for.
	Weight int `json:"weight"`
	// Slots are the units that it holds. There are none while it waits for this or a later group,
	// nor for a shared group.
	Slots []int `json:"slots,omitempty"`
	// State says whether it has the group.
	State State `json:"state"`
}

// sortByTime sorts uses by the time at which they began.
func sortByTime(uses []Use) {
	slices.SortStableFunc(uses, func(a, b Use) int {
		return cmp.Or(a.User.Since.Compare(b.User.Since), cmp.Compare(a.User.Target, b.User.Target),
			cmp.Compare(a.User.Case, b.User.Case))
	})
}
