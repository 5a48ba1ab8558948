package register

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// definedAs returns db with another definition.
func definedAs(d group.Definition) group.Group {
	g := db
	g.Definition = d
	return g
}

// A process with another definition of a group than its users is refused, and told what a byte
// can tell: the capacity.
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
		beside := mustAcquire(t, at(place, db), need(1)) // a process that agrees may use it, too
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

// If users need not agree, as in scope build, each has its own capacity.
func TestNoAgreementNeeded(t *testing.T) {
	place := newPlace(t)
	defer mustAcquire(t, at(place, db), need(1)).Release()
	mustAcquire(t, at(place, definedAs(group.Definition{Capacity: 3})), need(2)).Release()
}

// Groups in other regions of the same files have units of their own.
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

// A request that does not get everything has nothing: if it is stopped, the rest stays free for
// those that overtake it.
func TestUnitsAreClaimedTogether(t *testing.T) {
	place := newPlace(t)
	holder := mustAcquire(t, at(place, db), need(1))
	u := newUnits(mustStation(t, place), db, need(2))
	if all, err := u.claim(); all || err != nil || len(u.slots) > 0 {
		t.Errorf("took %v, all: %v, %v, want nothing", u.slots, all, err)
	}
	mustAcquire(t, at(place, db), need(1)).Release()
	holder.Release()
	if all, err := u.claim(); !all || err != nil || !slices.Equal(u.slots, []int{0, 1}) {
		t.Errorf("took %v, all: %v, %v, want both units", u.slots, all, err)
	}
	u.release()
}

// Copies that are the same file are locked once: otherwise a process would wait for itself.
func TestCopiesThatAreOneFile(t *testing.T) {
	place := newPlace(t)
	for _, paths := range []*[]string{&place.Queue, &place.Units} {
		twin := (*paths)[0] + ".twin"
		if err := os.Link((*paths)[0], twin); err != nil {
			t.Fatal(err)
		}
		*paths = append(*paths, twin)
	}
	locker := at(place, db)
	held := mustAcquire(t, locker, need(2))
	got := startWaiting(t, locker, need(1))
	held.Release()
	receive(t, got, "a unit").Release()
}

// If one file were both queue and units, tickets would be taken for units.
func TestQueueAndUnitsAreTwoFiles(t *testing.T) {
	place := newPlace(t)
	place.Units = []string{place.Queue[0] + ".twin"}
	if err := os.Link(place.Queue[0], place.Units[0]); err != nil {
		t.Fatal(err)
	}
	_, err := at(place, db).Acquire(patient(t), []group.Need{need(1)})
	mustSay(t, err, place.Queue[0], "is one file with another lock file of its group, as after a deduplication: "+
		"remove the group's lock files, and build them again")
}

func TestCapacityThatNoRegionHas(t *testing.T) {
	g := definedAs(group.Definition{Capacity: MaxCapacity + 1})
	_, err := at(newPlace(t), g).Acquire(patient(t), []group.Need{need(1)})
	mustSay(t, err, "//:db: capacity 2048: this runner knows at most 2047")
}

// A holder can have all of the largest capacity, and then nobody can share it.
func TestLargestCapacity(t *testing.T) {
	place := newPlace(t)
	locker := at(place, definedAs(group.Definition{Capacity: MaxCapacity}))
	held := mustAcquire(t, locker, need(MaxCapacity))
	got := startWaiting(t, locker, group.Need{Group: db.Label, Weight: 1, Mode: group.Shared})
	held.Release()
	receive(t, got, "a share").Release()
}
