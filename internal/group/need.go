package group

import (
	"cmp"
	"fmt"
	"slices"
)

// Mode is the way in which a case uses a group.
type Mode int

const (
	// Exclusive use takes Weight units for the holder alone.
	Exclusive Mode = iota
	// Shared use is compatible with any other shared use, but with no exclusive one.
	Shared
)

// String returns "exclusive" or "shared".
func (m Mode) String() string {
	if m == Shared {
		return "shared"
	}
	return "exclusive"
}

// MarshalText writes what String returns.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what String returns.
func (m *Mode) UnmarshalText(text []byte) error {
	for _, known := range []Mode{Exclusive, Shared} {
		if string(text) == known.String() {
			*m = known
			return nil
		}
	}
	return fmt.Errorf("unknown mode %q: this runner knows %q and %q", text, Exclusive, Shared)
}

// Need is what a case must hold of one group while it runs.
type Need struct {
	// Group is the group's label.
	Group string
	// Weight is the number of units that an exclusive use takes, at least 1.
	// A shared use has weight 1, whatever the capacity.
	Weight int
	// Mode is the way of use.
	Mode Mode
}

// Validate reports whether g can ever satisfy n.
func (n Need) Validate(g Group) error {
	switch {
	case n.Weight < 1:
		return fmt.Errorf("%s: weight %d: a weight is at least 1", g.Label, n.Weight)
	case n.Mode == Shared && n.Weight != 1:
		return fmt.Errorf("%s: weight %d: shared use has no weight but 1", g.Label, n.Weight)
	case n.Weight > g.Capacity:
		return fmt.Errorf("%s: weight %d is above the capacity %d: it could never be held; "+
			"lower the weight or raise the group's capacity", g.Label, n.Weight, g.Capacity)
	}
	return nil
}

// Canonical returns needs by label, each label once: of two needs of the same group it keeps the
// stronger one. In the scopes process and build that is also the order in which every process
// acquires them; in the others it is the order of keys (Group.Identity).
//
// A single order makes it free of deadlock to acquire several groups one after the other: a
// waiter for a group holds only groups that come before it, so a cycle of waiters would have to
// descend somewhere in a strict order.
func Canonical(needs []Need) []Need {
	sorted := slices.Clone(needs)
	slices.SortStableFunc(sorted, func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Mode, b.Mode), cmp.Compare(b.Weight, a.Weight))
	})
	return slices.CompactFunc(sorted, func(a, b Need) bool { return a.Group == b.Group })
}
