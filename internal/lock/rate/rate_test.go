package rate

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"pgregory.net/rapid"
)

// fakeStore has a clock that its test sets, and the faults that the test asks for.
type fakeStore struct {
	now    Instant
	starts []Instant
	// faulty is the method that fails.
	faulty string
}

var errFault = errors.New("a fault")

func (f *fakeStore) fault(method string) error {
	if f.faulty == method {
		return errFault
	}
	return nil
}

func (f *fakeStore) Lock(context.Context) (func(), error) { return func() {}, f.fault("Lock") }
func (f *fakeStore) Now() (Instant, error)                { return f.now, f.fault("Now") }

func (f *fakeStore) Load() ([]Instant, error) {
	starts := slices.Clone(f.starts)
	slices.Reverse(starts) // any order will do
	return starts, f.fault("Load")
}

func (f *fakeStore) Save(starts []Instant) error {
	f.starts = starts
	return f.fault("Save")
}

// Whenever cases want to start, no window has more starts than the rate allows, and a waiter
// waits no longer than that takes, apart from the stretch.
func TestEveryWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := group.Rate{
			Starts: rapid.IntRange(1, 5).Draw(t, "starts"),
			Window: time.Duration(rapid.IntRange(1, 4).Draw(t, "seconds")) * time.Second,
		}
		store := &fakeStore{}
		log := NewLog(r, store)
		var starts []Instant
		for _, pause := range rapid.SliceOfN(rapid.Int64Range(0, int64(2*time.Second)), 1, 30).Draw(t, "pauses") {
			store.now += Instant(pause)
			asked := store.now
			awaitTurn(t, log, store)
			if _, allowed, err := log.count(t.Context()); !allowed || err != nil {
				t.Fatal(err)
			}
			starts = append(starts, store.now)
			allowed := asked
			if n := len(starts) - 1; n >= r.Starts {
				allowed = max(asked, starts[n-r.Starts]+Instant(r.Window))
			}
			if store.now < allowed || store.now > allowed+Instant(r.Window/50) {
				t.Fatalf("started at %v, the rate %s allows that at %v; starts %v", store.now, r, allowed, starts)
			}
		}
	})
}

// awaitTurn sets the clock to when log allows a start.
func awaitTurn(t *rapid.T, log *Log, store *fakeStore) {
	wait, err := log.Wait()
	if err != nil {
		t.Fatal(err)
	}
	store.now += Instant(wait)
	if again, err := log.Wait(); again != 0 || err != nil {
		t.Fatalf("after waiting for %v it is to wait for %v more, %v", wait, again, err)
	}
}

// A start that was uncounted makes room for another one, and no other is forgotten.
func TestUncount(t *testing.T) {
	store := &fakeStore{}
	log := NewLog(group.Rate{Starts: 2, Window: time.Second}, store)
	var counted []Instant
	for range 2 {
		store.now++
		start, allowed, err := log.count(t.Context())
		if !allowed || err != nil {
			t.Fatal(allowed, err)
		}
		counted = append(counted, start)
	}
	if err := log.uncount(t.Context(), counted[0]); err != nil {
		t.Fatal(err)
	}
	if wait, err := log.Wait(); wait != 0 || err != nil {
		t.Errorf("wait for %v, %v, want no wait", wait, err)
	}
	if !slices.Equal(store.starts, counted[1:]) {
		t.Errorf("%v are remembered, want %v", store.starts, counted[1:])
	}
}

// What is not known is not allowed: each fault of the store is reported to the case that wants to
// start.
func TestFaultsOfTheStore(t *testing.T) {
	rate := group.Rate{Starts: 2, Window: time.Second}
	calls := map[string]func(*Log) error{
		"Wait":    func(l *Log) error { _, err := l.Wait(); return err },
		"Count":   func(l *Log) error { _, err := Count(t.Context(), []*Log{l}); return err },
		"Uncount": func(l *Log) error { return l.uncount(t.Context(), 1) },
		"Start": func(l *Log) error {
			_, err := Start(t.Context(), []*Log{l}, func(int) { t.Error("it waits") })
			return err
		},
	}
	for name, call := range calls {
		for _, method := range []string{"Lock", "Now", "Load", "Save"} {
			if name == "Wait" && (method == "Lock" || method == "Save") {
				continue // it looks, and changes nothing
			}
			log := NewLog(rate, &fakeStore{now: 5, starts: []Instant{1}, faulty: method})
			if err := call(log); !errors.Is(err, errFault) {
				t.Errorf("%s while %s fails: error %v", name, method, err)
			}
		}
	}
}

// Start waits for the slowest of several rates, reports which, and counts in all.
func TestStartOfSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, fast := inMemory(1, time.Minute), inMemory(1, time.Second)
		logs := []*Log{fast, slow}
		mustStart(t, logs, 0)
		mustStart(t, []*Log{fast}, 1020*time.Millisecond, 0)
		begun := time.Now()
		var waited []int
		counted, err := Start(t.Context(), logs, func(i int) { waited = append(waited, i) })
		if err != nil {
			t.Fatal(err)
		}
		counted.Begun()
		if took, want := time.Since(begun), 61200*time.Millisecond-1020*time.Millisecond; took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
		if slices.Contains(waited, 0) || !slices.Contains(waited, 1) {
			t.Errorf("waited for the logs %v, want number 1 only", waited)
		}
		mustStart(t, []*Log{fast}, 1020*time.Millisecond, 0)
	})
}

// inMemory returns a log of a rate.
func inMemory(starts int, window time.Duration) *Log {
	return NewLog(group.Rate{Starts: starts, Window: window}, &readable{Store: InMemory()})
}

// readable is a store that can be read while somebody else has it, as a machine's can. In a
// process its only user, package process, makes sure that nobody does.
type readable struct {
	Store
	mu sync.Mutex
}

func (r *readable) Load() ([]Instant, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Store.Load()
}

func (r *readable) Save(starts []Instant) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Store.Save(starts)
}

// mustStart starts once and begins. It checks how long that takes, and, if it is not immediate,
// that it waits for the given log.
func mustStart(t *testing.T, logs []*Log, after time.Duration, waitedFor ...int) *Counted {
	t.Helper()
	counted := mustBeCounted(t, logs, after, waitedFor...)
	counted.Begun()
	return counted
}

// mustBeCounted is mustStart without the beginning.
func mustBeCounted(t *testing.T, logs []*Log, after time.Duration, waitedFor ...int) *Counted {
	t.Helper()
	begun := time.Now()
	var waited []int
	counted, err := Start(t.Context(), logs, func(i int) { waited = append(waited, i) })
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took != after || !slices.Equal(slices.Compact(waited), waitedFor) {
		t.Errorf("it took %v and waited for the logs %v, want %v and %v", took, waited, after, waitedFor)
	}
	return counted
}

// A waiter that gives up has counted nowhere.
func TestCancelledStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full, free := inMemory(1, time.Minute), inMemory(1, time.Hour)
		mustStart(t, []*Log{full}, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Start(ctx, []*Log{free, full}, func(int) {}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
		mustStart(t, []*Log{free}, 0)
	})
}

// A waiter takes the place of a start that is uncounted meanwhile.
func TestUncountedWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := inMemory(1, time.Hour)
		counted := mustStart(t, []*Log{log}, 0)
		time.AfterFunc(time.Minute, counted.Uncount)
		begun := time.Now()
		counted, err := Start(t.Context(), []*Log{log}, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		counted.End()
		if took := time.Since(begun); took < time.Minute || took > time.Minute+lookAgain {
			t.Errorf("it took %v, want a minute and at most %v more", took, lookAgain)
		}
	})
}

// A start counts from when it has begun, however long ago it was counted.
func TestStartThatBeginsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := inMemory(1, time.Second)
		counted := mustBeCounted(t, []*Log{log}, 0)
		time.Sleep(900 * time.Millisecond)
		counted.Begun()
		again := mustStart(t, []*Log{log}, 1020*time.Millisecond, 0)
		counted.Begun() // too late: it is not a start any more
		again.Uncount()
		counted.Uncount()
		mustStart(t, []*Log{log}, 0)
	})
}

// A start that takes longer to begin than the window does not expire before it has begun: nobody
// relies on its end.
func TestStartThatBeginsAfterItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := inMemory(1, time.Second)
		counted := mustBeCounted(t, []*Log{log}, 0)
		const slow = 5 * time.Second
		time.AfterFunc(slow, counted.Begun)
		begun := time.Now()
		next, err := Start(t.Context(), []*Log{log}, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		next.End()
		if took := time.Since(begun); took < slow+time.Second || took > slow+time.Second+2*lookAgain {
			t.Errorf("the next one started after %v, want a window after %v", took, slow)
		}
	})
}

// If several find at the same moment that a start is allowed, one starts.
func TestStartsAtOneMoment(t *testing.T) {
	log := inMemory(1, time.Hour)
	var counted atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			c, err := Count(t.Context(), []*Log{log})
			if err != nil {
				t.Error(err)
			}
			if c != nil {
				counted.Add(1)
				c.End()
			}
		})
	}
	all.Wait()
	if n := counted.Load(); n != 1 {
		t.Errorf("%d started, want 1", n)
	}
}

func TestWhyAStartHasToWait(t *testing.T) {
	store := &fakeStore{now: Instant(time.Hour)}
	log := NewLog(group.Rate{Starts: 1, Window: 5 * time.Second}, store)
	if why := log.Why(); why != nil {
		t.Errorf("got %q before any start", why)
	}
	store.starts = []Instant{store.now}
	store.now += Instant(2 * time.Second)
	if why := log.Why(); !slices.Equal(why, []string{"its rate 1/5s allows the next start in 3.1 s"}) {
		t.Errorf("got %q", why)
	}
	store.faulty = "Load"
	if why := log.Why(); why != nil {
		t.Errorf("got %q of what cannot be known", why)
	}
}
