package register

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// definedAs returns db with another definition.
func definedAs(d group.Definition) group.Group {
	g := db
	g.Definition = d
	return g
}

// Who takes a group to be something else than those who use it is refused, and
// told what can be told of a byte: the capacity.
func TestDisagreement(t *testing.T) {
	rate := group.Rate{Starts: 5, Window: time.Minute}
	for _, c := range []struct {
		other  group.Definition
		theirs string
	}{
		{group.Definition{Capacity: 3}, "capacity 2"},
		{group.Definition{Capacity: MaxCapacity, Rate: rate}, "capacity 2"},
		{group.Definition{Capacity: 2, Rate: rate}, "another rate, other instances or another setup"},
		{group.Definition{Capacity: 2, Instances: []string{"a", "b"}}, "another rate, other instances or another setup"},
	} {
		place := newPlace(t)
		place.Agree = true
		held := mustAcquire(t, at(place, db), need(1))
		beside := mustAcquire(t, at(place, db), need(1)) // who agrees may use it, too
		locker := at(place, definedAs(c.other))
		_, err := locker.Acquire(patient(t), []group.Need{need(1)})
		var disagreement *lock.DisagreementError
		if !errors.As(err, &disagreement) {
			t.Fatalf("%s: error %v, want a *lock.DisagreementError", c.other, err)
		}
		mustSay(t, err, db.Label,
			`the host group with the key "db" has `+c.other.String()+" here, but "+c.theirs+" for others that use it now",
			"give all groups with this key the same capacity, rate, instances and setup (or none), or wait until nobody uses it")
		held.Release()
		beside.Release()
		mustAcquire(t, locker, need(1)).Release()
	}
}

// Where users need not agree, as in scope build, each has its own capacity.
func TestNoAgreementNeeded(t *testing.T) {
	place := newPlace(t)
	defer mustAcquire(t, at(place, db), need(1)).Release()
	mustAcquire(t, at(place, definedAs(group.Definition{Capacity: 3})), need(2)).Release()
}

// Groups with other regions of the same files have units of their own.
func TestUnitsOfRegions(t *testing.T) {
	place := newPlace(t)
	place.Agree = true
	for _, number := range []int64{0, 1, Regions - 1} {
		place.Region = number
		g := definedAs(group.Definition{Capacity: int(number%3) + 1})
		held := mustAcquire(t, at(place, g), need(g.Capacity))
		if slots := held.Grants()[db.Label].Slots; len(slots) != g.Capacity {
			t.Errorf("region %d: slots %v", number, slots)
		}
		t.Cleanup(held.Release)
	}
}

// What is claimed is kept while the rest is waited for.
func TestUnitsAreClaimedOneByOne(t *testing.T) {
	place := newPlace(t)
	holder := mustAcquire(t, at(place, db), need(1))
	u := newUnits(db, place, need(2))
	t.Cleanup(u.release)
	if all, err := u.take(); all || err != nil || !slices.Equal(u.slots, []int{1}) {
		t.Errorf("took %v, all: %v, %v, want unit 1", u.slots, all, err)
	}
	holder.Release()
	if all, err := u.take(); !all || err != nil || !slices.Equal(u.slots, []int{0, 1}) {
		t.Errorf("took %v, all: %v, %v, want both units", u.slots, all, err)
	}
}

// A claim in a file that has been replaced counts for nothing, and is made anew
// in the new file, where others are.
func TestUnitsOfAReplacedFile(t *testing.T) {
	place := newPlace(t)
	u := newUnits(db, place, need(2))
	t.Cleanup(u.release)
	if err := u.open(); err != nil {
		t.Fatal(err)
	}
	replace(t, place.Units[0])
	other := mustAcquire(t, at(place, db), need(1))
	if all, err := u.take(); all || err != nil {
		t.Errorf("took %v, all: %v, %v although somebody has a unit in the new file", u.slots, all, err)
	}
	other.Release()
	if all, err := u.take(); !all || err != nil {
		t.Errorf("took %v, all: %v, %v", u.slots, all, err)
	}
}

// The flock of the units is one at a time, and is in nobody's way who takes units.
func TestLockUnits(t *testing.T) {
	place := newPlace(t)
	unlock, err := lockUnits(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	mustAcquire(t, at(place, db), need(2)).Release()
	second := make(chan func(), 1)
	go func() {
		if unlock, err := lockUnits(t.Context(), place); err == nil {
			second <- unlock
		} else {
			t.Error(err)
		}
	}()
	select {
	case <-second:
		t.Error("two have the flock")
	case <-time.After(50 * time.Millisecond):
	}
	unlock()
	receive(t, second, "the flock for the second one")()
}

func TestCapacityThatNoRegionHas(t *testing.T) {
	g := definedAs(group.Definition{Capacity: MaxCapacity + 1})
	_, err := at(newPlace(t), g).Acquire(patient(t), []group.Need{need(1)})
	mustSay(t, err, "//:db: capacity 2048: this runner knows at most 2047")
}

// The whole of the largest capacity, and a share beside none of it.
func TestLargestCapacity(t *testing.T) {
	place := newPlace(t)
	locker := at(place, definedAs(group.Definition{Capacity: MaxCapacity}))
	held := mustAcquire(t, locker, need(MaxCapacity))
	got := startWaiting(t, locker, group.Need{Group: db.Label, Weight: 1, Mode: group.Shared})
	held.Release()
	receive(t, got, "a share").Release()
}
