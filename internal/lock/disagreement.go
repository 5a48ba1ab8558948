package lock

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// DisagreementError says that somebody else uses a group by another definition,
// so that no two of them would mean the same by holding it.
type DisagreementError struct {
	// Group is what this process takes the group to be.
	Group group.Group
	// Theirs says what it is to those who hold it or wait for it, and who
	// they are, as far as that is known.
	Theirs string
}

// Described is a Theirs for a definition and who has it, if that is known.
func Described(d group.Definition, who User) string {
	if name := who.String(); name != "" {
		return fmt.Sprintf("%s (%s)", d, name)
	}
	return d.String()
}

// Error names both and the remedy.
func (e *DisagreementError) Error() string {
	return fmt.Sprintf("%s: the %s group with the key %q has %s here, but %s for others that use it now; "+
		"give all groups with this key the same capacity, rate, instances and setup (or none), or wait until nobody uses it",
		e.Group.Label, e.Group.Scope, e.Group.Key, e.Group.Definition, e.Theirs)
}
