package lock

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// DisagreementError says that another user of a group has another definition of it, so that to
// hold the group does not mean the same to both.
type DisagreementError struct {
	// Group is the group as this process defines it.
	Group group.Group
	// Theirs describes the definition of the holders or waiters, and who they are, as far as that
	// is known.
	Theirs string
}

// Described returns a Theirs for a definition and its user, if that is known.
func Described(d group.Definition, who User) string {
	if name := who.String(); name != "" {
		return fmt.Sprintf("%s (%s)", d, name)
	}
	return d.String()
}

// Error names both definitions and the remedy.
func (e *DisagreementError) Error() string {
	return fmt.Sprintf("%s: the %s group with the key %q has %s here, but %s for others that use it now; "+
		"give all groups with this key the same capacity, rate, instances and setup (or none), or wait until nobody uses it",
		e.Group.Label, e.Group.Scope, e.Group.Key, e.Group.Definition, e.Theirs)
}
