package register

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"pgregory.net/rapid"
)

// Tickets rise, each above the highest one in use, however fast they are drawn, even when the
// clock has restarted.
func TestTickets(t *testing.T) {
	place := newPlace(t)
	late := maxTicket - int64(500)
	if err := mustOpen(t, place.Queue[0]).announce(place.region().ticket(late), 1); err != nil {
		t.Fatal(err)
	}
	last := late
	for range 100 {
		turn := mustJoin(t, place)
		if turn.ticket <= last {
			t.Fatalf("ticket %d after %d", turn.ticket, last)
		}
		last = turn.ticket
	}
}

// lastTicket finds the highest, wherever it is.
func TestLastTicket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(os.TempDir(), rand.Text())
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		from := rapid.Int64Range(0, 1000).Draw(t, "from")
		want := from
		for _, ticket := range rapid.SliceOfN(rapid.Int64Range(1, 2000), 0, 20).Draw(t, "tickets") {
			f, err := openLockFile(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.close()
			if err := f.announce(ticket, 1); err != nil {
				t.Fatal(err)
			}
			want = max(want, ticket)
		}
		f, err := openLockFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.close()
		if got, err := lastTicket(f, 0, from); got != want || err != nil {
			t.Errorf("the last ticket is %d, %v, want %d", got, err, want)
		}
	})
}

// The first is the one with the lowest ticket, whichever tickets leave meanwhile.
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

// Two processes that do not see the same set of copies, such as those of two configurations,
// still stand in one queue through the copies that they share.
func TestQueueOfSeveralCopies(t *testing.T) {
	a, b, c := newPlace(t), newPlace(t), newPlace(t)
	for i, copies := range [][]string{{a.Queue[0], b.Queue[0]}, {b.Queue[0], c.Queue[0]}, {a.Queue[0], c.Queue[0]}} {
		turn := mustJoin(t, Place{Queue: copies, Units: a.Units})
		if first, err := turn.isFirst(); first != (i == 0) || err != nil {
			t.Errorf("number %d is first: %v, %v", i+1, first, err)
		}
	}
}

// Groups in other regions of the same files have queues of their own, up to the last one.
func TestQueuesOfRegions(t *testing.T) {
	place := newPlace(t)
	for _, number := range []int64{0, 1, Regions - 1} {
		place.Region = number
		turn := mustJoin(t, place)
		if first, err := turn.isFirst(); !first || err != nil {
			t.Errorf("region %d: first: %v, %v", number, first, err)
		}
	}
}

func TestNoTicketsLeft(t *testing.T) {
	place := newPlace(t)
	if err := mustOpen(t, place.Queue[0]).announce(place.region().ticket(maxTicket), 1); err != nil {
		t.Fatal(err)
	}
	_, err := joinQueue(t.Context(), place)
	mustSay(t, err, "there are no tickets left: so many have waited, and never all at once were done")
}

// A process that waits at the doorway, because another was stopped inside, can still be
// cancelled.
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
	if first, err := mustJoin(t, place).isFirst(); !first || err != nil {
		t.Errorf("first: %v, %v, want the ticket of the cancelled one to be gone", first, err)
	}
}

// A group is wanted while somebody waits for it, and not because it is held. Own requests do not
// count.
func TestWanted(t *testing.T) {
	place := newPlace(t)
	holder, other := at(place, db), at(place, db)
	want := func(wanted bool, own int) {
		t.Helper()
		if got := holder.(*locker).Wanted(db.Label, own); got != wanted {
			t.Errorf("wanted: %v, want %v", got, wanted)
		}
	}
	want(false, 0)
	held := mustAcquire(t, holder, need(2))
	want(false, 0)
	got := startWaiting(t, other, need(1))
	want(true, 0)
	want(false, 1)
	gotToo := startWaiting(t, holder, need(1))
	want(true, 1)
	want(false, 2)
	held.Release()
	next, last := receive(t, got, "the group for the waiter"), receive(t, gotToo, "the group for the holder")
	want(false, 0)
	next.Release()
	last.Release()
}

// A register that cannot be found is wanted by nobody.
func TestWantedWithoutARegister(t *testing.T) {
	if at(Place{Queue: []string{"/nowhere/queue"}}, db).(*locker).Wanted(db.Label, 0) {
		t.Error("wanted without a file")
	}
}

// If a queue's file is replaced while processes wait, the queue splits, and two are first: they
// must not take the same unit at the same time.
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
		case <-time.After(enough):
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
		case <-time.After(enough):
			t.Fatal("the other one does not have the group")
		}
	}
}
