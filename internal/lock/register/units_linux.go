package register

import (
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// units are the units of one group that one holder claims: as many as its weight, or the one byte
// for all shared holders.
type units struct {
	*station
	group  group.Group
	region region
	need   group.Need
	slots  []int // the claimed ones
}

func newUnits(s *station, g group.Group, n group.Need) *units {
	return &units{station: s, group: g, region: s.place.region(), need: n}
}

// claim claims all that is needed, or nothing, and reports whether it did. The caller is in the
// doorway, so nobody else claims meanwhile: that is why a lock that excludes nobody is enough.
func (u *units) claim() (bool, error) {
	if err := u.agree(); err != nil {
		return false, err
	}
	slots, free, err := u.free()
	if !free || err != nil {
		return false, err
	}
	for from := 0; from < len(slots) && err == nil; {
		count := 1
		for from+count < len(slots) && slots[from+count] == slots[from]+count {
			count++
		}
		err = u.units.announce(u.region.unit(slots[from]), int64(count))
		from += count
	}
	if err == nil && u.need.Mode == group.Shared {
		err = u.units.announce(u.region.shared(), 1)
	}
	if err == nil {
		err = u.remembersAlike()
	}
	if err == nil && u.place.Agree {
		err = u.units.announce(u.region.definition(u.group), 1)
	}
	if err != nil {
		u.units.withdrawAll()
		return false, err
	}
	u.slots = slots
	return true, nil
}

// free returns which units could be claimed (none for a share) and whether those are enough.
func (u *units) free() (slots []int, enough bool, err error) {
	if u.need.Mode == group.Shared {
		used, err := u.inUse(u.region.unit(0), MaxCapacity)
		return nil, !used && err == nil, err
	}
	if shared, err := u.inUse(u.region.shared(), 1); shared || err != nil {
		return nil, false, err
	}
	for i := 0; i < u.group.Capacity && len(slots) < u.need.Weight; i++ {
		used, err := u.inUse(u.region.unit(i), 1)
		if err != nil {
			return nil, false, err
		}
		if !used {
			slots = append(slots, i)
		}
	}
	return slots, len(slots) == u.need.Weight, nil
}

func (u *units) inUse(from, count int64) (bool, error) {
	_, used, err := u.units.first(from, from+count)
	return used, err
}

// agree checks that all holders have the same definition of the group, if its users must agree.
func (u *units) agree() error {
	if !u.place.Agree {
		return nil
	}
	own, first := u.region.definition(u.group), u.region.definitions()
	for _, others := range [][2]int64{{first, own}, {own + 1, first + definitions}} {
		at, found, err := u.units.first(others[0], others[1])
		if err != nil {
			return err
		}
		if found {
			return &lock.DisagreementError{Group: u.group, Theirs: u.region.otherDefinition(at, u.group)}
		}
	}
	return nil
}

// release gives everything back, and wakes the first waiter in the queue. A process that joins
// the queue later sees for itself what is free.
func (u *units) release() {
	u.units.withdrawAll()
	if u.wakeFirst() {
		u.units.ring()
	}
}

// isLost reports whether others may have the units by now, because none of the copies in which
// they are claimed is left.
func (u *units) isLost() bool { return !u.units.anyIsCurrent() }

func (u *units) grant() group.Grant { return group.Grant{Slots: slices.Clone(u.slots)} }
