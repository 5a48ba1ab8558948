package register

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// If somebody counts starts in another memory, the rate would not hold: later processes fail, and
// say why.
func TestRateNeedsOneMemory(t *testing.T) {
	place := newPlace(t)
	rated := definedAs(group.Definition{Capacity: 2, Rate: group.Rate{Starts: 10, Window: time.Minute}})
	elsewhere := mustOpen(t, place.Units[0])
	if err := elsewhere.announce(place.region().memory(1), 1); err != nil {
		t.Fatal(err)
	}
	_, err := at(place, rated).Acquire(patient(t), []group.Need{need(1)})
	mustSay(t, err, "//:db: this test has a /dev/shm of its own, so starts of others cannot be counted for the group's rate: "+
		"leave out --sandbox_tmpfs_path=/dev/shm, or let the container share the machine's /dev/shm")
	mustAcquire(t, at(place, db), need(1)).Release() // without a rate it does not matter
	elsewhere.close()
	held := mustAcquire(t, at(place, rated), need(1))
	defer held.Release()
	mustAcquire(t, at(place, rated), need(1)).Release()
}
