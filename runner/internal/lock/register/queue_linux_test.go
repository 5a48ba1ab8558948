package register

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// Tickets go up, each above the highest that is out, and begin anew when all
// are back.
func TestTickets(t *testing.T) {
	place := newPlace(t)
	first, second := mustJoin(t, place), mustJoin(t, place)
	first.leave()
	third := mustJoin(t, place)
	if got := []int64{first.ticket, second.ticket, third.ticket}; !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("tickets %v, want 1, 2, 3", got)
	}
	second.leave()
	third.leave()
	if again := mustJoin(t, place); again.ticket != 1 {
		t.Errorf("ticket %d in an empty queue, want 1", again.ticket)
	}
}

// First is who has the lowest ticket, whoever leaves meanwhile.
func TestTurnsAreInOrderOfTickets(t *testing.T) {
	place := newPlace(t)
	queue := []*turn{mustJoin(t, place), mustJoin(t, place), mustJoin(t, place)}
	wantFirst := func(want int) {
		t.Helper()
		for i := want; i < len(queue); i++ {
			if first, err := queue[i].isFirst(); first != (i == want) || err != nil {
				t.Errorf("number %d is first: %v, %v, want %d to be", i, first, err, want)
			}
		}
	}
	wantFirst(0)
	queue[1].leave()
	if first, err := queue[2].isFirst(); first || err != nil {
		t.Errorf("the last one is first beside the first one: %v, %v", first, err)
	}
	queue[0].leave()
	wantFirst(2)
}

// Two who do not see all the same copies of the file, as two configurations
// do not, still stand in one queue by what they have in common.
func TestQueueOfSeveralCopies(t *testing.T) {
	a, b, c := newPlace(t), newPlace(t), newPlace(t)
	for i, copies := range [][]string{{a.Queue[0], b.Queue[0]}, {b.Queue[0], c.Queue[0]}, {a.Queue[0], c.Queue[0]}} {
		turn := mustJoin(t, Place{Queue: copies})
		if first, err := turn.isFirst(); turn.ticket != int64(i+1) || first != (i == 0) || err != nil {
			t.Errorf("number %d has the ticket %d and is first: %v, %v", i+1, turn.ticket, first, err)
		}
	}
}

// Groups with other regions of the same files have queues of their own, up to
// the last one.
func TestQueuesOfRegions(t *testing.T) {
	place := newPlace(t)
	for _, number := range []int64{0, 1, Regions - 1} {
		place.Region = number
		turn := mustJoin(t, place)
		if first, err := turn.isFirst(); !first || turn.ticket != 1 || err != nil {
			t.Errorf("region %d: ticket %d, first: %v, %v", number, turn.ticket, first, err)
		}
	}
}

func TestNoTicketsLeft(t *testing.T) {
	place := newPlace(t)
	if err := mustOpen(t, place.Queue[0]).announce(regionOf(place.Region).ticket(maxTicket)); err != nil {
		t.Fatal(err)
	}
	_, err := joinQueue(t.Context(), place)
	mustSay(t, err, "there are no tickets left: so many have waited, and never all at once were done")
}

// Whoever stands before the doorway, because somebody was stopped in it, can
// still be cancelled.
func TestCancelBeforeTheDoorway(t *testing.T) {
	place := newPlace(t)
	inside := mustOpen(t, place.Queue[0])
	if ok, err := inside.tryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := joinQueue(ctx, place); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	inside.close()
	if turn := mustJoin(t, place); turn.ticket != 1 {
		t.Errorf("ticket %d, want that of the cancelled one to be gone", turn.ticket)
	}
}

// A group is wanted while somebody waits for it, and not because it is held.
func TestWanted(t *testing.T) {
	place := newPlace(t)
	holder, other := at(place, db), at(place, db)
	want := func(wanted bool) {
		t.Helper()
		if got := holder.(*locker).Wanted(db.Label); got != wanted {
			t.Errorf("wanted: %v, want %v", got, wanted)
		}
	}
	want(false)
	held := mustAcquire(t, holder, need(2))
	want(false)
	got := startWaiting(t, other, need(1))
	want(true)
	held.Release()
	next := receive(t, got, "the group for the waiter")
	want(false)
	next.Release()
}

// A register that cannot be found is wanted by nobody.
func TestWantedWithoutARegister(t *testing.T) {
	if at(Place{Queue: []string{"/nowhere/queue"}}, db).(*locker).Wanted(db.Label) {
		t.Error("wanted without a file")
	}
}

// A queue's file that is replaced while somebody waits splits the queue, and there
// are two who are first: they must not take the same unit at the same time.
func TestReplacedQueueExcludes(t *testing.T) {
	one := definedAs(group.Definition{Capacity: 1})
	for range 200 {
		place := newPlace(t)
		holder := mustAcquire(t, at(place, one), need(1))
		early := startWaiting(t, at(place, one), need(1))
		replace(t, place.Queue[0])
		late := startWaiting(t, at(place, one), need(1))
		holder.Release()
		var first lock.Held
		select {
		case first = <-early:
		case first = <-late:
		case <-time.After(patience):
			t.Fatal("none of them has the group")
		}
		select {
		case <-early:
			t.Fatal("both hold it")
		case <-late:
			t.Fatal("both hold it")
		case <-time.After(5 * time.Millisecond):
		}
		first.Release()
		select {
		case second := <-early:
			second.Release()
		case second := <-late:
			second.Release()
		case <-time.After(patience):
			t.Fatal("the other one does not have the group")
		}
	}
}
