package register

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// A holder whose files are replaced, as after `bazel clean`, is told within a second, and cannot
// be confirmed; a holder of the new ones can.
func TestReplacedWhileHeld(t *testing.T) {
	for name, change := range map[string]func(*testing.T, string){
		"replaced": replace,
		"removed and made": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			makeFile(t, path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			place, one := newPlace(t), definedAs(group.Definition{Capacity: 1})
			first := mustAcquire(t, at(place, one), need(1))
			mustNotBeLost(t, first)
			for _, path := range append(place.Queue, place.Units...) {
				change(t, path)
			}
			changed := time.Now()
			second := mustAcquire(t, at(place, one), need(1))
			defer second.Release()
			receive(t, first.Lost(), "the news of the loss")
			if took := time.Since(changed); took > time.Second {
				t.Errorf("it was told after %v, want at most a second", took)
			}
			err := first.Confirm()
			if !errors.Is(err, lock.ErrLost) {
				t.Errorf("confirmed with %v, want %v", err, lock.ErrLost)
			}
			mustSay(t, err, "the lock files of //:db were removed or written again while they were held, as by `bazel clean` beside a run")
			first.Release()
			mustNotBeLost(t, second)
		})
	}
}

// Files that are removed while they are held no longer belong to their holder.
func TestRemovedWhileHeld(t *testing.T) {
	place := newPlace(t)
	held := mustAcquire(t, at(place, db), need(1))
	defer held.Release()
	if err := os.Remove(place.Units[0]); err != nil {
		t.Fatal(err)
	}
	receive(t, held.Lost(), "the news of the loss")
}

// As long as one copy is the file that others see, nothing is lost: all look at each copy.
func TestOneCopyReplacedWhileHeld(t *testing.T) {
	a, b := newPlace(t), newPlace(t)
	both := Place{Queue: append(a.Queue, b.Queue...), Units: append(a.Units, b.Units...), Identity: a.Identity}
	one := definedAs(group.Definition{Capacity: 1})
	held := mustAcquire(t, at(both, one), need(1))
	replace(t, b.Units[0])
	replace(t, b.Queue[0])
	got := startWaiting(t, at(both, one), need(1))
	time.Sleep(2 * vigilance)
	mustNotBeLost(t, held)
	select {
	case <-got:
		t.Fatal("two hold it")
	default:
	}
	held.Release()
	receive(t, got, "the unit for the waiter").Release()
}

// A process that knows a copy from before another one was made finds the other one when the first
// is replaced: the holders still have the other one.
func TestPlaceIsFoundAnewAfterARewrite(t *testing.T) {
	for _, idle := range []bool{true, false} {
		a, b, one := newPlace(t), newPlace(t), definedAs(group.Definition{Capacity: 1})
		now := a
		early := New([]group.Group{one}, func(group.Group) (Place, error) { return now, nil })
		mustAcquire(t, early, need(1)).Release()
		if !idle {
			s := early.(*locker).stations.pop(one.Label)
			s.close()
		}
		now = Place{Queue: append(a.Queue, b.Queue...), Units: append(a.Units, b.Units...), Identity: a.Identity}
		held := mustAcquire(t, at(now, one), need(1))
		replace(t, a.Queue[0])
		replace(t, a.Units[0])
		got := startWaiting(t, early, need(1))
		mustNotBeLost(t, held)
		held.Release()
		receive(t, got, "the unit").Release()
	}
}

// A waiter waits while a file is being replaced.
func TestFileIsMissingForAWhile(t *testing.T) {
	place := newPlace(t)
	if err := os.Remove(place.Units[0]); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() {
		held, err := at(place, db).Acquire(patient(t), []group.Need{need(1)})
		if err == nil {
			held.Release()
		}
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("error %v, want it to wait", err)
	case <-time.After(200 * time.Millisecond):
	}
	makeFile(t, place.Units[0])
	if err := receive(t, got, "the end of the wait"); err != nil {
		t.Error(err)
	}
}

func mustNotBeLost(t *testing.T, held lock.Held) {
	t.Helper()
	select {
	case <-held.Lost():
		t.Error("it is told of a loss")
	default:
	}
	if err := held.Confirm(); err != nil {
		t.Errorf("not confirmed: %v", err)
	}
}
