package register

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// units are the units of one group that one holder claims: its weight of them,
// or the byte of those who share.
type units struct {
	group  group.Group
	place  Place
	region region
	need   group.Need
	copies []*lockFile // nil until the first try
	slots  []int       // those that are claimed so far
}

func newUnits(g group.Group, place Place, n group.Need) *units {
	return &units{group: g, place: place, region: regionOf(place.Region), need: n}
}

// take tries to claim what is still missing, and reports whether it has
// everything. What it got it keeps: its caller is first in the queue, so
// nobody else could use it.
func (u *units) take() (bool, error) {
	for {
		if u.copies == nil {
			if err := u.open(); err != nil {
				return false, err
			}
		}
		taken, err := u.claim()
		if !taken || err != nil {
			return false, err
		}
		current, err := areCurrent(u.copies)
		if current || err != nil {
			return current, err
		}
		u.release() // a claim in a file that is gone excludes nobody
	}
}

func (u *units) claim() (bool, error) {
	if u.need.Mode == group.Shared {
		return u.claimShare()
	}
	if shared, err := u.inUse(u.region.shared(), 1); shared || err != nil {
		return false, err
	}
	for i := 0; i < u.group.Capacity && len(u.slots) < u.need.Weight; i++ {
		if slices.Contains(u.slots, i) {
			continue
		}
		used, err := u.inUse(u.region.unit(i), 1)
		if err == nil && !used {
			err = announceAll(u.copies, u.region.unit(i))
			u.slots = append(u.slots, i)
		}
		if err != nil {
			return false, err
		}
	}
	slices.Sort(u.slots)
	return len(u.slots) == u.need.Weight, nil
}

func (u *units) claimShare() (bool, error) {
	if used, err := u.inUse(u.region.unit(0), MaxCapacity); used || err != nil {
		return false, err
	}
	return true, announceAll(u.copies, u.region.shared())
}

func (u *units) inUse(from, count int64) (bool, error) {
	_, used, err := firstAnnounced(u.copies, from, from+count)
	return used, err
}

// open opens the files and, where users have to agree, says what the group is
// to this process and looks whether it is the same to all others. They cannot
// miss one another, since only one at a time is first in the queue.
func (u *units) open() (err error) {
	if u.copies, err = openAll(u.place.Units); err != nil || !u.place.Agree {
		return err
	}
	own, first := u.region.definition(u.group), u.region.definitions()
	for _, others := range [][2]int64{{first, own}, {own + 1, first + definitions}} {
		at, found, err := firstAnnounced(u.copies, others[0], others[1])
		if err != nil {
			return err
		}
		if found {
			return &lock.DisagreementError{Group: u.group, Theirs: u.region.otherDefinition(at, u.group)}
		}
	}
	return announceAll(u.copies, own)
}

// release gives everything back.
func (u *units) release() {
	closeAll(u.copies)
	u.copies, u.slots = nil, nil
}

func (u *units) grant() group.Grant { return group.Grant{Slots: u.slots} }

// lockUnits lets nobody else call it until the returned function is called, or
// gives up when ctx ends.
// Units are claimed all the same: that has nothing to do with a flock.
func lockUnits(ctx context.Context, place Place) (unlock func(), err error) {
	files, err := openAll(place.Units)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := passDoorway(ctx, f); err != nil {
			closeAll(files)
			return nil, err
		}
	}
	return func() { closeAll(files) }, nil
}
