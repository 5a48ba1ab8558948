package provision_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

func TestStartedBeforeItsFirstHolderAndOnceForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	for range 3 {
		held := r.acquire(need("db", 1))
		w.wantLog("a up db0")
		if got := values(held, "db"); !slices.Equal(got, []string{"a-db0"}) {
			t.Errorf("values %q", got)
		}
		held.Release()
	}
	r.Close()
	w.wantLog("a up db0", "a down db0")
	if _, err := r.try(t.Context(), need("db", 1)); err == nil {
		t.Error("something is set up after the end")
	}
}

// A holder that has released a unit cannot release it for the next case too.
func TestReleaseCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	first := r.acquire(need("db", 1))
	first.Release()
	r.acquire(need("db", 1))
	first.Release()
	ctx, cancel := context.WithCancel(t.Context())
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { cancel() }})
	if _, err := r.try(ctx, need("db", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a unit in use is given away (%v)", err)
	}
}

// The unit is given up for another runner, after its instance has gone.
func TestStoppedBeforeAnotherRunnerStartsItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	a, b := w.runner("a", server, db("db", 1)), w.runner("b", server, db("db", 1))
	for range 2 {
		a.acquire(need("db", 1)).Release()
		b.acquire(need("db", 1)).Release()
	}
	a.Close()
	b.Close()
	w.wantLog("a up db0", "a down db0", "b up db0", "b down db0", "a up db0", "a down db0", "b up db0", "b down db0")
}

// A runner that continues to use the unit gives it to a waiter once the setup was worth its time:
// not before it has used the unit for five times as long, and then before its own next case.
func TestWaiterOfAnotherRunnerHasItsTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	const took = 200 * time.Millisecond
	a, b := w.runner("a", "sleep 0.2\n"+server, db("db", 1)), w.runner("b", server, db("db", 1))
	held := a.acquire(need("db", 1))
	up := time.Now()
	got := make(chan time.Duration, 1)
	go func() {
		held := b.acquire(need("db", 1))
		got <- time.Since(up)
		held.Release()
	}()
	w.await("waiter", func() bool { return w.inner.(lock.Inspector).Wanted("//r:db", 0) })
	held.Release()
	for len(got) == 0 {
		a.acquire(need("db", 1)).Release()
		if time.Since(up) > 50*took {
			t.Fatal("b waits for ever")
		}
	}
	if waited := <-got; waited < 3*took { // less than five times, since up is somewhat late
		t.Errorf("b has the unit after %v", waited)
	}
	a.Close()
	a.wantSaid("//r:db: ", " times the next case went on with an instance that others waited for: it took 2")
	b.Close()
	w.wantLog("a up db0", "a down db0", "b up db0", "b down db0", "a up db0", "a down db0")
}

// Nobody counts as a waiter for units that a runner would not give up.
func TestWaiterDoesNotCountBeforeItsTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", "sleep 0.2\n"+server, db("db", 1))
	held := r.acquire(need("db", 1))
	defer held.Release()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _, _ = w.inner.Acquire(ctx, []group.Need{need("db", 1)}) }()
	w.await("waiter", func() bool { return w.inner.(lock.Inspector).Wanted("//r:db", 0) })
	if r.Wanted("//r:db", 0) {
		t.Error("a waiter counts at once")
	}
	w.await("turn of the waiter", func() bool { return r.Wanted("//r:db", 0) })
}

// Each runner has, but does not use, what the other one waits for.
func TestIdleUnitsAreNoDeadlock(t *testing.T) {
	t.Parallel()
	groups := []group.Group{db("x", 1), db("y", 1)}
	w := newWorld(t, groups...)
	a, b := w.runner("a", server, groups...), w.runner("b", server, groups...)
	a.acquire(need("x", 1)).Release()
	b.acquire(need("y", 1)).Release()
	var both sync.WaitGroup
	for _, r := range []*runner{a, b} {
		both.Go(func() {
			held, err := r.try(t.Context(), need("y", 1), need("x", 1))
			if err != nil {
				t.Error(err)
				return
			}
			time.Sleep(5 * time.Millisecond)
			held.Release()
		})
	}
	both.Wait()
}

func TestCaseOfTheSameRunnerThatWaitsGetsTheInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	held := r.acquire(need("db", 1))
	var waiters sync.WaitGroup
	for range 3 {
		waiters.Go(func() {
			next, err := r.try(t.Context(), need("db", 1))
			if err != nil {
				t.Error(err)
				return
			}
			next.Release()
		})
	}
	w.await("waiter", func() bool { return w.inner.(lock.Inspector).Wanted("//r:db", 0) })
	if r.Wanted("//r:db", 0) {
		t.Error("the runner's own request counts as that of another")
	}
	held.Release()
	waiters.Wait()
	w.wantLog("a up db0")
}

// Both have to be starting at the same time, or none ever answers.
func TestUnitsOfOneCaseStartTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 2))
	r := w.runner("a", `: > "$DIR/$UNIT"
while [ ! -e "$DIR/db0" ] || [ ! -e "$DIR/db1" ]; do sleep 0.01; done
`+server, db("db", 2))
	held := r.acquire(need("db", 2))
	if got := held.Grants()["//r:db"].Slots; !slices.Equal(got, []int{0, 1}) {
		t.Errorf("slots %v", got)
	}
	if got := values(held, "db"); !slices.Equal(got, []string{"a-db0", "a-db1"}) {
		t.Errorf("values %q", got)
	}
	held.Release()
	// One unit alone is a different need.
	r.acquire(need("db", 1)).Release()
	r.Close()
	if got := w.log(); len(got) != 6 || !slices.Equal(got[4:], []string{"a up db0", "a down db0"}) {
		t.Errorf("the setups wrote %q", got)
	}
}

func TestParallelCasesHaveAnInstanceEach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 2))
	r := w.runner("a", server, db("db", 2))
	var mu sync.Mutex
	used := map[string]int{}
	var cases sync.WaitGroup
	for range 8 {
		cases.Go(func() {
			held, err := r.try(t.Context(), need("db", 1))
			if err != nil {
				t.Error(err)
				return
			}
			defer held.Release()
			name := values(held, "db")[0]
			mu.Lock()
			used[name]++
			if used[name] > 1 {
				t.Errorf("%d cases have %s", used[name], name)
			}
			mu.Unlock()
			time.Sleep(5 * time.Millisecond)
			mu.Lock()
			used[name]--
			mu.Unlock()
		})
	}
	cases.Wait()
	r.Close()
	got := w.log()
	slices.Sort(got)
	if !slices.Equal(got, []string{"a down db0", "a down db1", "a up db0", "a up db1"}) {
		t.Errorf("the setups wrote %q", got)
	}
}

// recorder notes the order in which groups are asked for.
type recorder struct {
	lock.Locker
	asked [][]string
}

func (r *recorder) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	var labels []string
	for _, n := range needs {
		labels = append(labels, n.Group)
	}
	r.asked = append(r.asked, labels)
	return r.Locker.Acquire(ctx, needs)
}

// Setups come first, narrow scopes before wide ones, and everything else together: a start that
// is counted against a rate must not wait for a setup.
func TestOrderOfGroups(t *testing.T) {
	t.Parallel()
	wide, narrow, rated, plain := db("a", 1), db("z", 1), db("b", 1), db("c", 1)
	wide.Scope = group.Build // inner ignores it
	rated.Rate = group.Rate{Starts: 1, Window: time.Hour}
	w := newWorld(t, wide, narrow, rated, plain)
	record := &recorder{Locker: w.inner}
	w.inner = record
	r := w.runner("a", server, wide, narrow)
	r.acquire(need("c", 1), need("b", 1), need("a", 1), need("z", 1)).Release()
	want := [][]string{{"//r:z"}, {"//r:a"}, {"//r:b", "//r:c"}}
	if !slices.EqualFunc(record.asked, want, slices.Equal) {
		t.Errorf("asked for %q, want %q", record.asked, want)
	}
	w.wantLog("a up z0", "a up a0")
}

// What was acquired before a failure is kept for the next case, not lost.
func TestFailureGivesBackWhatWasHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	if _, err := r.try(t.Context(), need("db", 1), need("unknown", 1)); err == nil {
		t.Fatal("an unknown group is held")
	}
	r.acquire(need("db", 1)).Release()
	w.wantLog("a up db0")
}

func TestNothingIsStartedForThoseWhoShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 2))
	r := w.runner("a", server, db("db", 2))
	r.acquire(need("db", 1)).Release()
	shared := r.acquire(group.Need{Group: "//r:db", Weight: 1, Mode: group.Shared})
	if got := shared.Grants()["//r:db"]; got.Slots != nil || got.Values != nil {
		t.Errorf("granted %+v", got)
	}
	w.wantLog("a up db0", "a down db0")
}

// undoing is a locker whose grants can be undone.
type undoing struct {
	lock.Locker
	undone *int
}

type undoable struct {
	lock.Held
	undone *int
}

func (u undoing) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	held, err := u.Locker.Acquire(ctx, needs)
	return undoable{held, u.undone}, err
}

func (h undoable) Undo() {
	*h.undone++
	h.Release()
}

// A case that has started nothing withdraws its count, but what was set up for it stays up.
func TestUndo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1), db("rated", 1))
	undone := 0
	w.inner = undoing{w.inner, &undone}
	r := w.runner("a", server, db("db", 1))
	held := r.acquire(need("db", 1), need("rated", 1))
	held.Undo()
	held.Release()
	if undone != 1 {
		t.Errorf("%d parts are undone, want 1", undone)
	}
	r.acquire(need("db", 1), need("rated", 1)).Release()
	w.wantLog("a up db0")
}

// A case whose setup runs waits for that.
func TestSetupsAreToldOfWhileTheyRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", `log "up $UNIT"; while [ ! -e "$DIR/go" ]; do sleep 0.01; done
echo '{"resources": [{}]}'`, db("db", 1))
	got := make(chan lock.Held)
	go func() { got <- r.acquire(need("db", 1)) }()
	w.awaitLog(1)
	if why := r.Why("//r:db", lock.User{}); len(why) != 1 || !strings.HasPrefix(why[0], "its setup a.sh is starting since ") {
		t.Errorf("it waits because %q", why)
	}
	if users := r.Holders("//r:db"); len(users) != 0 {
		t.Errorf("held by %v: the case waits for itself", users)
	}
	pipetest.WriteFile(t, w.path("go"), "", 0o644)
	(<-got).Release()
	if why := r.Why("//r:db", lock.User{}); len(why) != 0 {
		t.Errorf("it waits because %q after the setup", why)
	}
}

// Until a case is known to wait the engine keeps a worker for it.
func TestWaitingIsToldBeforeASetupRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", server, db("db", 1))
	var told []string
	ctx := lock.WithTrace(t.Context(), lock.Trace{Waiting: func(label string) {
		if got := w.log(); got[0] != "" {
			t.Errorf("the setup had run: %q", got)
		}
		told = append(told, label)
	}})
	for range 2 { // the second time nothing is waited for
		held, err := r.Acquire(ctx, []group.Need{need("db", 1)})
		if err != nil {
			t.Fatal(err)
		}
		held.Release()
	}
	if !slices.Equal(told, []string{"//r:db"}) {
		t.Errorf("told %q", told)
	}
}
