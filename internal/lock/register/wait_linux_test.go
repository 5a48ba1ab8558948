package register

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// A waiter that is stopped keeps nobody from a free group for more than some seconds. Those
// behind overtake it in their order, and the next acquisition of a process that has overtaken it
// does not wait at all.
func TestStoppedWaitersArePassed(t *testing.T) {
	for _, stopped := range []int{1, 3} {
		place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
		for range stopped {
			mustJoin(t, place) // and then does nothing, as a process that is stopped
		}
		locker := at(place, one)
		begun := time.Now()
		mustAcquire(t, locker, need(1)).Release()
		took := time.Since(begun)
		if took < silence || took > silence+time.Duration(stopped)*pause+2*lookAgain {
			t.Errorf("%d stopped: it took %v", stopped, took)
		}
		begun = time.Now()
		mustAcquire(t, locker, need(1)).Release()
		if took := time.Since(begun); took > silence/2 {
			t.Errorf("%d stopped: the next one took %v", stopped, took)
		}
	}
}

// The first waiter, however long it waits, is not overtaken: neither by a request that could have
// what is free, nor by one that waits for the same.
func TestWaitersThatLiveAreNotPassed(t *testing.T) {
	place := newPlace(t)
	holder := mustAcquire(t, at(place, db), need(1))
	two := startWaiting(t, at(place, db), need(2))
	one := startWaiting(t, at(place, db), need(1))
	select {
	case <-one:
		t.Fatal("one that waits is passed")
	case <-two:
		t.Fatal("two hold more than there is")
	case <-time.After(silence + 4*lookAgain):
	}
	holder.Release()
	receive(t, two, "both units").Release()
	receive(t, one, "one unit").Release()
}

// The first waiter changes often, and each of them looks alive to those far behind.
func TestShortHoldsKeepTheOrder(t *testing.T) {
	place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
	holder := mustAcquire(t, at(place, one), need(1))
	const waiters, hold = 12, 450 * time.Millisecond
	order := make(chan int, waiters)
	for i := range waiters {
		got := startWaiting(t, at(place, one), need(1))
		go func() {
			held := <-got
			order <- i
			time.Sleep(hold)
			held.Release()
		}()
	}
	holder.Release()
	for want := range waiters {
		if got := receive(t, order, "the next one"); got != want {
			t.Fatalf("number %d comes as number %d", got, want)
		}
	}
}

// A waiter that continues after it was overtaken does not take what another one has.
func TestPassedWaiterGoesOn(t *testing.T) {
	place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
	stopped := mustJoin(t, place)
	passed := mustAcquire(t, at(place, one), need(1))
	w := &wait{
		acquisition: &acquisition{locker: at(place, one).(*locker), ctx: t.Context()},
		turn:        stopped, units: newUnits(stopped.station, one, need(1)),
	}
	if taken, _, err := w.look(); taken || err != nil {
		t.Errorf("taken: %v, %v, although another one holds it", taken, err)
	}
	passed.Release()
	if taken, _, err := w.look(); !taken || err != nil {
		t.Errorf("taken: %v, %v, want the unit", taken, err)
	}
	w.deafen()
}

// All in a long queue have their turn, in their order, including those that sleep by themselves,
// and cancelled waiters hold up nobody.
func TestLongQueue(t *testing.T) {
	place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
	holder := mustAcquire(t, at(place, one), need(1))
	order := make(chan int, 100)
	var want []int
	var cancels []context.CancelFunc
	for i := range 60 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		waiting := make(chan struct{}, 1)
		traced := lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { waiting <- struct{}{} }})
		go func() {
			held, err := at(place, one).Acquire(traced, []group.Need{need(1)})
			if err != nil {
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				return
			}
			order <- i
			held.Release()
		}()
		receive(t, waiting, "that it waits")
		if i%3 == 1 {
			cancels = append(cancels, cancel)
		} else {
			want = append(want, i)
		}
	}
	for _, cancel := range cancels {
		cancel()
	}
	time.Sleep(100 * time.Millisecond)
	begun := time.Now()
	holder.Release()
	var got []int
	for range want {
		got = append(got, receive(t, order, "the next one"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %v", got)
	}
	if took := time.Since(begun); took > lookAgain {
		t.Errorf("%d handoffs took %v: somebody was not woken", len(want), took)
	}
}

// To draw a ticket, and to check how many are ahead, is cheap, however many wait.
func BenchmarkDraw(b *testing.B) {
	for _, waiting := range []int64{100, 1000, 10_000} {
		b.Run(fmt.Sprint(waiting), func(b *testing.B) { benchmarkDraw(b, waiting) })
	}
}

func benchmarkDraw(b *testing.B, waiting int64) {
	dir := b.TempDir()
	place := Place{Queue: []string{dir + "/queue"}, Units: []string{dir + "/units"}}
	makeFile(b, place.Queue[0])
	makeFile(b, place.Units[0])
	for ticket := range waiting {
		f, err := openLockFile(place.Queue[0])
		if err == nil {
			err = f.announce(place.region().ticket(ticket+1), 1)
		}
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(f.close)
	}
	for b.Loop() {
		turn, err := joinQueue(b.Context(), place)
		if err != nil || turn.ticket <= waiting {
			b.Fatal(turn, err)
		}
		if _, err := turn.ahead(near); err != nil {
			b.Fatal(err)
		}
		turn.station.close()
	}
}
