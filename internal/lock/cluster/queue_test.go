package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// The first request is served first, whatever it asks for. Fences show the order in which
// requests were served.
func TestFirstComeFirstServed(t *testing.T) {
	const waiters = 20
	config := newSpace(t, commonCluster(t))
	holder := acquire(t, cluster.NewAt(dbGroups, config), exclusive(port, 3))
	fences := make([]int64, waiters)
	var all sync.WaitGroup
	for i := range waiters {
		needs := exclusive(port, 1+i%3)
		if i%4 == 3 {
			needs = shared(port)
		}
		got := startWaiting(t.Context(), t, cluster.NewAt(dbGroups, config), needs)
		awaitQueue(t, config.Namespace, i+1)
		all.Go(func() {
			r := <-got
			if r.err != nil {
				t.Error(r.err)
				return
			}
			fences[i] = r.held.Grants()[port].Fence
			r.held.Release()
		})
	}
	holder.Release()
	all.Wait()
	if !slices.IsSorted(fences) {
		t.Errorf("the fences of those who waited are %d, in the order in which they asked", fences)
	}
}

// awaitQueue waits until n requests are in the queue of a group.
func awaitQueue(t *testing.T, namespace string, n int) {
	t.Helper()
	awaitKeys(t, namespace, func(keys []string) bool {
		queued := 0
		for _, key := range keys {
			if strings.Contains(key, "/queue/") {
				queued++
			}
		}
		return queued >= n
	})
}

// awaitKeys waits until the keys of a namespace are as they should be.
func awaitKeys(t *testing.T, namespace string, good func([]string) bool) {
	t.Helper()
	client := newClient(t, commonCluster(t))
	var keys []string
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(10 * time.Millisecond) {
		got, err := client.Get(t.Context(), namespace, clientv3.WithPrefix(), clientv3.WithKeysOnly())
		if err != nil {
			t.Fatal(err)
		}
		keys = nil
		for _, kv := range got.Kvs {
			if !state.IsSession(namespace, string(kv.Key)) {
				keys = append(keys, string(kv.Key))
			}
		}
		if good(keys) {
			return
		}
	}
	t.Fatalf("after %v there are the keys %q", patience, keys)
}

func newClient(t *testing.T, c *etcdtest.Cluster) *clientv3.Client {
	t.Helper()
	client, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// A handoff wakes one waiter: its cost does not grow with the queue. The waiters of one process
// have one stream, whose events the member itself counts.
func TestNoHerd(t *testing.T) {
	const waiters = 200
	c := etcdtest.New(t, etcdtest.Options{})
	config := newSpace(t, c)
	locker := cluster.NewAt(dbGroups, config)
	holder := acquire(t, locker, exclusive(db, 1))
	var all sync.WaitGroup
	for range waiters {
		got := startWaiting(t.Context(), t, locker, exclusive(db, 1))
		all.Go(func() {
			if r := <-got; r.err != nil {
				t.Error(r.err)
			} else {
				r.held.Release()
			}
		})
	}
	awaitWatchers(t, c.Members[0], waiters+1) // one of them is the session's
	events := metric(t, c.Members[0], "etcd_debugging_mvcc_events_total")
	transactions := metric(t, c.Members[0], "etcd_mvcc_txn_total")
	holder.Release()
	all.Wait()
	// For each handoff: that the one before has got the group, and that it has given it back.
	if n := metric(t, c.Members[0], "etcd_debugging_mvcc_events_total") - events; n < waiters || n > 3*waiters {
		t.Errorf("%v events for %d handoffs, want at most 2 for each", n, waiters)
	}
	if n := metric(t, c.Members[0], "etcd_mvcc_txn_total") - transactions; n > 5*waiters {
		t.Errorf("%v transactions for %d handoffs, want at most 3 for each", n, waiters)
	}
}

// awaitWatchers waits until there are n watches.
func awaitWatchers(t *testing.T, m *etcdtest.Member, n float64) {
	t.Helper()
	for begun := time.Now(); metric(t, m, "etcd_debugging_mvcc_watcher_total") < n; time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("after %v there are not %v watches", patience, n)
		}
	}
}

// Nothing is left of holders that are gone.
func TestNothingIsLeft(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	locker := cluster.NewAt(dbGroups, config)
	held := acquire(t, locker, append(exclusive(db, 1), exclusive(port, 2)...))
	ctx, cancel := context.WithCancel(t.Context())
	got := startWaiting(ctx, t, locker, append(exclusive(db, 1), shared(port)...))
	awaitQueue(t, config.Namespace, 1)
	cancel()
	if r := await(t, got, "the cancelled request has returned"); !errors.Is(r.err, context.Canceled) {
		t.Errorf("error %v", r.err)
	}
	held.Release()
	awaitKeys(t, config.Namespace, func(keys []string) bool { return len(keys) == 0 })
}

// Groups are acquired in the order of their keys, which workspaces share, and not of their
// labels. Two labels of the same group are one need.
func TestKeysAreTheOrder(t *testing.T) {
	named := func(label, key string) group.Group {
		return group.Group{Label: label, Name: "n", Scope: group.Cluster, Key: key, Definition: group.Definition{Capacity: 2}}
	}
	config := newSpace(t, commonCluster(t))
	one := cluster.NewAt([]group.Group{named("//:a", "x"), named("//:b", "y")}, config)
	other := cluster.NewAt([]group.Group{named("//:a", "y"), named("//:b", "x")}, config)
	both := append(exclusive("//:a", 2), exclusive("//:b", 2)...)
	var all sync.WaitGroup
	for _, locker := range []lock.Locker{one, other} {
		all.Go(func() {
			for range 30 {
				held, err := locker.Acquire(t.Context(), both)
				if err != nil {
					t.Error(err)
					return
				}
				held.Release()
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	await(t, done, "both are done, without a deadlock")

	twice := cluster.NewAt([]group.Group{named("//:a", "x"), named("//:b", "x")}, config)
	held := acquire(t, twice, append(exclusive("//:a", 1), exclusive("//:b", 2)...))
	if a, b := held.Grants()["//:a"], held.Grants()["//:b"]; len(a.Slots) != 2 || len(b.Slots) != 2 || a.Fence != b.Fence {
		t.Errorf("grants %+v", held.Grants())
	}
	held.Release()
	differing := named("//:b", "x")
	differing.Capacity = 3
	var disagreement *lock.DisagreementError
	_, err := cluster.NewAt([]group.Group{named("//:a", "x"), differing}, config).Acquire(t.Context(), both)
	if !errors.As(err, &disagreement) || !strings.Contains(err.Error(), "//:a") {
		t.Errorf("error %v, want that the two labels disagree", err)
	}
}

// A need that is too large for one transaction is refused beforehand.
func TestTooHeavy(t *testing.T) {
	var groups []group.Group
	for i := range 2 {
		groups = append(groups, group.Group{
			Label: fmt.Sprintf("//:%d", i), Scope: group.Cluster, Key: fmt.Sprint(i),
			Definition: group.Definition{Capacity: 1000, Rate: group.Rate{Starts: 1000, Window: time.Second}},
		})
	}
	locker := cluster.NewAt(groups, newSpace(t, commonCluster(t)))
	acquire(t, locker, append(exclusive("//:0", cluster.MaxWeight/2), exclusive("//:1", cluster.MaxWeight/2)...)).Release()
	for _, needs := range [][]group.Need{
		exclusive("//:0", cluster.MaxWeight+1),
		append(exclusive("//:0", cluster.MaxWeight), exclusive("//:1", 1)...),
	} {
		if _, err := locker.Acquire(t.Context(), needs); err == nil || !strings.Contains(err.Error(), "at most 100 units") {
			t.Errorf("%v: error %v", needs, err)
		}
	}
}
