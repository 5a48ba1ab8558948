package cluster_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
)

// queued is a Queue.Acquire under way.
type queued struct {
	cancel context.CancelFunc
	got    <-chan result
}

// startQueued asks for needs, and returns when the request waits or has them.
func startQueued(t *testing.T, q *cluster.Queue, place cluster.Place, needs []group.Need) queued {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	known, got := make(chan struct{}), make(chan result, 1)
	var once sync.Once
	know := func() { once.Do(func() { close(known) }) }
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { know() }})
	go func() {
		defer know()
		held, err := q.Acquire(ctx, place, dbGroups, needs)
		got <- result{held, err}
	}()
	await(t, known, "the request waits or is granted")
	return queued{cancel, got}
}

// awaitWaiters waits until a group has so many waiters, and returns their IDs.
func awaitWaiters(t *testing.T, config coordinator.Config, key string, waiters int) []string {
	t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		groups, err := cluster.Read(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range groups {
			if g.Key == key && len(g.Queue) == waiters {
				var ids []string
				for _, use := range g.Queue {
					ids = append(ids, use.ID)
				}
				return ids
			}
		}
	}
	t.Fatalf("%s never had %d waiters", key, waiters)
	return nil
}

// A waiter whose process has left keeps its place, and another process goes on with it.
func TestPlaceOutlivesItsProcess(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	first, second := cluster.NewQueue(config), cluster.NewQueue(config)
	holder := acquire(t, cluster.NewAt(dbGroups, config), exclusive(db, 1))
	place := cluster.NewPlace()
	early := startQueued(t, first, place, exclusive(db, 1))
	awaitWaiters(t, config, "test/db", 1)
	late := startQueued(t, second, cluster.NewPlace(), exclusive(db, 1))
	before := awaitWaiters(t, config, "test/db", 2)

	first.Leave()
	if r := await(t, early.got, "it ends"); !errors.Is(r.err, cluster.ErrLeft) {
		t.Fatalf("error %v, want %v", r.err, cluster.ErrLeft)
	}
	place.Resume = true
	early = startQueued(t, second, place, exclusive(db, 1))
	time.Sleep(2 * ttl) // the first process's lease is over by then
	if after := awaitWaiters(t, config, "test/db", 2); !slices.Equal(before, after) {
		t.Errorf("the queue was %q and is %q", before, after)
	}
	holder.Release()
	held := mustGet(t, early.got)
	select {
	case <-late.got:
		t.Fatal("both hold the group")
	case <-time.After(100 * time.Millisecond):
	}
	held.Release()
	mustGet(t, late.got).Release()
}

// What a process has held when it left moves to the process that goes on.
func TestHoldingOutlivesItsProcess(t *testing.T) {
	for name, needs := range map[string][]group.Need{
		"exclusive": exclusive(port, 2), "shared": shared(port),
		"two groups": append(exclusive(port, 2), exclusive(db, 1)...),
	} {
		t.Run(name, func(t *testing.T) {
			config := newSpace(t, commonCluster(t))
			first, second := cluster.NewQueue(config), cluster.NewQueue(config)
			place := cluster.NewPlace()
			mustGet(t, startQueued(t, first, place, needs).got)
			first.Leave()
			place.Resume = true
			held := mustGet(t, startQueued(t, second, place, needs).got)
			time.Sleep(2 * ttl)
			if err := held.Confirm(); err != nil {
				t.Error(err)
			}
			other := startQueued(t, second, cluster.NewPlace(), exclusive(port, 3))
			awaitWaiters(t, config, "test/port", 1)
			held.Release()
			mustGet(t, other.got).Release()
		})
	}
}

// The process that somebody has taken a place from gives up without harm, whether it waits, holds,
// or is cancelled.
func TestTakenFromTheLiving(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	first, second := cluster.NewQueue(config), cluster.NewQueue(config)
	holder := acquire(t, cluster.NewAt(dbGroups, config), exclusive(db, 1))
	place := cluster.NewPlace()
	old := startQueued(t, first, place, exclusive(db, 1))
	cancelled := cluster.NewPlace()
	oldCancelled := startQueued(t, first, cancelled, exclusive(db, 1))
	awaitWaiters(t, config, "test/db", 2)
	place.Resume, cancelled.Resume = true, true
	taken := startQueued(t, second, place, exclusive(db, 1))
	takenToo := startQueued(t, second, cancelled, exclusive(db, 1))
	time.Sleep(200 * time.Millisecond) // both have written their tickets
	oldCancelled.cancel()
	if r := await(t, oldCancelled.got, "it is cancelled"); !errors.Is(r.err, context.Canceled) {
		t.Errorf("error %v", r.err)
	}
	awaitWaiters(t, config, "test/db", 2)
	holder.Release()
	held := mustGet(t, taken.got)
	if r := await(t, old.got, "it gives up"); !errors.Is(r.err, cluster.ErrTaken) && !errors.Is(r.err, context.Canceled) {
		t.Errorf("%v, %v, want %v", r.held, r.err, cluster.ErrTaken)
	}
	heldByOld := held
	place.Resume = true
	heldByNew := mustGet(t, startQueued(t, first, place, exclusive(db, 1)).got)
	heldByOld.Release() // it has nothing any more
	select {
	case <-takenToo.got:
		t.Fatal("what was taken over was given back by the one that had it before")
	case <-time.After(100 * time.Millisecond):
	}
	heldByNew.Release()
	mustGet(t, takenToo.got).Release()
}

// To go on with a place that never was, or is gone, begins anew, at the end of the queue.
func TestPlaceIsGone(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	q := cluster.NewQueue(config)
	place := cluster.NewPlace()
	place.Resume = true
	mustGet(t, startQueued(t, q, place, exclusive(db, 1)).got).Release()
	mustGet(t, startQueued(t, q, place, exclusive(db, 1)).got).Release()
}

// A place has a form.
func TestPlaceIDs(t *testing.T) {
	if one, other := cluster.NewPlace(), cluster.NewPlace(); !one.Valid() || one == other {
		t.Error("a new place is not valid, or not new")
	}
	for _, id := range []string{"", "x", "0123456789abcdeg", "0123456789abcdef0", "0123456789ABCDEF", "../0123456789ab"} {
		if (cluster.Place{ID: id}).Valid() {
			t.Errorf("%q is valid", id)
		}
	}
}

// Check notices whether the coordinator answers.
func TestCheck(t *testing.T) {
	c := commonCluster(t)
	if err := cluster.NewQueue(newSpace(t, c)).Check(t.Context()); err != nil {
		t.Error(err)
	}
	config := newSpace(t, c)
	config.Endpoints = []string{"http://127.0.0.1:1"}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := cluster.NewQueue(config).Check(ctx); err == nil {
		t.Error("nobody is there, and it answers")
	}
}
