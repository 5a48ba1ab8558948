package cluster_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const llm = "//test:llm"

// rated returns a group with a rate.
func rated(starts int, window time.Duration) []group.Group {
	return keyed(group.Group{Label: llm, Name: "llm", Definition: group.Definition{
		Capacity: 10, Rate: group.Rate{Starts: starts, Window: window},
	}})
}

// Starts still count when the rate is changed: under a lower rate no case starts while more
// earlier starts count than it allows.
func TestLoweredRate(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	const window = 4 * time.Second
	last := time.Now()
	for i := range 3 {
		acquire(t, cluster.NewAt(rated(3, window), config), exclusive(llm, 1)).Release()
		last = time.Now()
		if i == 0 {
			time.Sleep(window / 2) // so that the first one does not end with the others
		}
	}
	awaitKeys(t, config.Namespace, func(keys []string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return strings.HasSuffix(key, "/rate/slots/00000") })
	})
	acquire(t, cluster.NewAt(rated(1, window), config), exclusive(llm, 1)).Release()
	if passed := time.Since(last); passed < window {
		t.Errorf("with a rate of 1 there is another start %v after the last one, within the window of %v", passed, window)
	}
}

// The next start replaces one that was undone, whichever it was.
func TestUndo(t *testing.T) {
	for _, undone := range []int{0, 1, 2} {
		config := newSpace(t, commonCluster(t))
		locker := cluster.NewAt(rated(3, time.Hour), config)
		var all []lock.Held
		for range 3 {
			all = append(all, acquire(t, locker, exclusive(llm, 1)))
		}
		mustWait(t, locker, exclusive(llm, 1))
		all[undone].Undo()
		acquire(t, locker, exclusive(llm, 1)).Release()
		mustWait(t, locker, exclusive(llm, 1))
		for _, held := range all {
			held.Release()
		}
	}
}

// A waiter continues when any start has expired: leases may end in any order.
func TestStartsPassInAnyOrder(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	locker := cluster.NewAt(rated(3, time.Hour), config)
	for range 3 {
		acquire(t, locker, exclusive(llm, 1)).Release()
	}
	for _, slot := range []int{1, 0, 2, 2, 1} {
		got := startWaiting(t.Context(), t, locker, exclusive(llm, 1))
		endLease(t, state.KeysOf(config.Namespace, "test/llm").Slot(slot))
		mustGet(t, got).Release()
		mustWait(t, locker, exclusive(llm, 1))
	}
}

// endLease ends the lease of a key.
func endLease(t *testing.T, key string) {
	t.Helper()
	client, err := commonCluster(t).Client()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	got, err := client.Get(t.Context(), key)
	if err != nil || len(got.Kvs) != 1 {
		t.Fatalf("%s: %d keys, %v", key, len(got.Kvs), err)
	}
	if _, err := client.Revoke(t.Context(), clientv3.LeaseID(got.Kvs[0].Lease)); err != nil {
		t.Fatal(err)
	}
}

// Capacity and rate hold together, in shared use too.
func TestRateAndCapacity(t *testing.T) {
	locker := cluster.NewAt(rated(3, time.Hour), newSpace(t, commonCluster(t)))
	first := acquire(t, locker, exclusive(llm, 8))
	mustWait(t, locker, exclusive(llm, 3)) // which does not count
	acquire(t, locker, exclusive(llm, 2)).Release()
	first.Release()
	second := acquire(t, locker, shared(llm))
	mustWait(t, locker, shared(llm))
	second.Release()
}
