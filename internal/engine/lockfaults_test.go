package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// losable is held until lost is closed.
type losable struct {
	lost     chan struct{}
	released *bool
}

func (losable) Grants() map[string]group.Grant { return nil }
func (losable) Confirm() error                 { return nil }
func (losable) Begun()                         {}
func (l losable) Undo()                        { l.Release() }
func (l losable) Lost() <-chan struct{}        { return l.lost }
func (l losable) Release()                     { *l.released = true }

func TestLostLockStopsItsCaseOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost, released := make(chan struct{}), false
		plain := newLocker()
		locker := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			if len(needs) > 0 {
				return losable{lost, &released}, nil
			}
			return plain.Acquire(ctx, needs)
		})
		time.AfterFunc(3*time.Second, func() { close(lost) })
		r := run(t.Context(), engine.Options{Framework: passAfter(10 * time.Second), Locker: locker, Workers: 2}, newCase("x", db), newCase("free"))
		o := r.wantOutcome(t, "x", event.Errored, event.TypeInfrastructure)
		if !strings.Contains(o.Message, "lost its resource groups") {
			t.Errorf("message %q", o.Message)
		}
		if f := r.finished(t, "x"); f.Ran != 3*time.Second || !released {
			t.Errorf("ran %v, released %v", f.Ran, released)
		}
		r.wantOutcome(t, "free", event.Passed, "")
	})
}

// unconfirmed is held by a process that is stopped after a while, and for so long that the group
// is lost when it continues, although nobody has reported that yet.
type unconfirmed struct {
	losable
	until time.Time
}

func (u unconfirmed) Confirm() error {
	if time.Now().After(u.until) {
		return lock.ErrLost
	}
	return nil
}

func TestResultThatIsNotConfirmedDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1} {
			released := false
			locker := lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
				return unconfirmed{losable{nil, &released}, time.Now().Add(time.Millisecond)}, nil
			})
			r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: workers}, newCase("x", db))
			if o := r.wantOutcome(t, "x", event.Errored, event.TypeInfrastructure); !strings.Contains(o.Message, "stopped: the case lost its resource groups") {
				t.Errorf("message %q", o.Message)
			}
		}
	})
}

// asked is lost without anybody's knowledge, until somebody asks what has happened: a service dies a
// moment before the keeper that had lent it.
type asked struct {
	losable
	looked *bool
}

func (a asked) Explain() []string {
	*a.looked = true
	return nil
}

func (a asked) Confirm() error {
	if *a.looked {
		return lock.ErrLost
	}
	return nil
}

func TestFailureByALossDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		released, looked := false, false
		locker := lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
			return asked{losable{nil, &released}, &looked}, nil
		})
		fail := framework(func(context.Context, string) event.Outcome {
			return event.Outcome{Status: event.Failed, Message: "connection reset"}
		})
		r := run(t.Context(), engine.Options{Framework: fail, Locker: locker}, newCase("x", db))
		o := r.wantOutcome(t, "x", event.Errored, event.TypeInfrastructure)
		if o.Message != "stopped: the case lost its resource groups (connection reset)" {
			t.Errorf("message %q", o.Message)
		}
	})
}

// A case whose groups are lost before it begins does not begin.
func TestLostBeforeTheCaseBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1} {
			released := false
			locker := lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
				return unconfirmed{losable{nil, &released}, time.Now().Add(-time.Millisecond)}, nil
			})
			r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: workers}, newCase("x", db))
			o := r.wantOutcome(t, "x", event.Errored, event.TypeInfrastructure)
			if o.Message != "not run: the case lost its resource groups" || len(r.started()) > 0 || !released {
				t.Errorf("message %q, started %v, released %v", o.Message, r.started(), released)
			}
		}
	})
}

func TestLockThatFailsIsInfrastructure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 1} {
			locker := lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
				return nil, errors.New("the file system is on fire")
			})
			r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: workers}, newCase("x", db))
			o := r.wantOutcome(t, "x", event.Errored, event.TypeInfrastructure)
			if o.Message != "the file system is on fire" || len(r.started()) > 0 {
				t.Errorf("got %+v, started %v", o, r.started())
			}
		}
	})
}

// A panic is a bug of the runner and ends it, as any does; but first it gives
// back what it holds.
func TestPanicReleasesTheGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		func() {
			defer func() { _ = recover() }()
			run(t.Context(), engine.Options{Framework: framework(func(context.Context, string) event.Outcome {
				panic("bug")
			}), Locker: locker}, newCase("x", db))
			t.Error("no panic")
		}()
		occupy(t, locker, db)() // would wait for ever
	})
}

// lostAfter is lost from a moment on, which nobody hears of who does not ask: as when the runner was
// stopped for a while, and its lease has ended.
type lostAfter struct {
	losable
	end time.Time
}

func (l lostAfter) Confirm() error {
	if time.Now().After(l.end) {
		return lock.ErrLost
	}
	return nil
}

// The process of a case whose groups are lost takes in no further case: they acquire them anew.
func TestNoCaseJoinsWhatIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		acquired := 0
		locker := lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
			acquired++
			released := false
			return lostAfter{losable{released: &released}, time.Now().Add(startOfProcess + 5*time.Second/2)}, nil
		})
		a := &asking{takes: aSecond, ran: map[string]int{}}
		r := run(t.Context(), asks(a, locker, 1), holders("g", 6)...)
		for i, names := range a.processes {
			if len(names) > 3 { // the third one was under way when the groups were lost
				t.Errorf("process %d of %d ran %q", i, acquired, names)
			}
		}
		if results := eventsOf[event.CaseFinished](r); acquired != 2 || len(results) != 6 {
			t.Errorf("%d acquisitions, %d results", acquired, len(results))
		}
	})
}
