package cluster_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// foreignID is the ID of a use that does not exist.
const foreignID = "0000000000000001.00000001"

// foreignKeys returns keys that others may have written at every place of a group, before, after
// and among ours, and with the very same names.
func foreignKeys(namespace, key string) (all []string) {
	k := state.KeysOf(namespace, key)
	definition := k.Definition(group.Definition{Capacity: 99}, foreignID)
	prefix := strings.TrimSuffix(k.LastStart(), "rate/last")
	all = []string{definition, k.Ticket(1, foreignID), k.Unit(0), k.Unit(2), k.Share(foreignID), k.Slot(0), k.Slot(1), k.Slot(9), k.LastStart(), prefix}
	for _, part := range []string{"", "definitions/", "queue/", "rate/", "rate/slots/", "shared/", "tt/", "units/"} {
		for _, name := range []string{"", "!", "\x00", "0", "00000", "00000/deeper", "0000000000000000.x", "abc", "zzz", "~", "ÿ"} {
			all = append(all, prefix+part+name)
		}
	}
	return all
}

// putAll writes keys, on a lease or (with 0) on none, and with values of many kinds.
func putAll(t *testing.T, lease clientv3.LeaseID, keys ...string) {
	t.Helper()
	client := newClient(t, commonCluster(t))
	for i, key := range keys {
		value := []string{"", "x", `{"id":"y"}`, state.Format(state.Use{ID: foreignID, Weight: 1})}[i%4]
		if _, err := client.Put(t.Context(), key, value, clientv3.WithLease(lease)); err != nil {
			t.Fatal(err)
		}
	}
}

// foreignGroups are with a rate and without one.
var foreignGroups = append(dbGroups[:2:2], keyed(group.Group{Label: llm, Name: "llm", Definition: group.Definition{
	Capacity: 3, Rate: group.Rate{Starts: 2, Window: time.Hour},
}})...)

// Keys without a lease delay nobody, wherever they are: what is asked for is granted at once, and
// what is full is still full.
func TestForeignKeysDelayNobody(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	for _, name := range []string{"db", "port", "llm"} {
		putAll(t, 0, foreignKeys(config.Namespace, "test/"+name)...)
	}
	locker := cluster.NewAt(foreignGroups, config)
	begun := time.Now()
	for range 2 {
		held := acquire(t, locker, append(exclusive(db, 1), exclusive(port, 3)...))
		mustWait(t, locker, exclusive(db, 1))
		mustWait(t, locker, shared(port))
		got := startWaiting(t.Context(), t, cluster.NewAt(foreignGroups, config), exclusive(port, 2))
		held.Release()
		mustGet(t, got).Release()
		held = acquire(t, locker, shared(port))
		acquire(t, cluster.NewAt(foreignGroups, config), shared(port)).Release()
		mustWait(t, locker, exclusive(port, 1))
		held.Release()
		if locker.(lock.Inspector).Wanted(port, 0) {
			t.Error("somebody seems to wait")
		}
	}
	first, second := acquire(t, locker, exclusive(llm, 1)), acquire(t, locker, exclusive(llm, 1))
	mustWait(t, locker, exclusive(llm, 1))
	first.Undo()
	second.Release()
	acquire(t, locker, shared(llm)).Release()
	mustWait(t, locker, exclusive(llm, 1))
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v", took) // a look comes after 30 s if nothing wakes it
	}
}

// It takes no longer than without them: nothing is asked for twice.
func TestForeignKeysCostNothing(t *testing.T) {
	c := commonCluster(t)
	cost := func(foreign bool) float64 {
		config := newSpace(t, c)
		if foreign {
			putAll(t, 0, foreignKeys(config.Namespace, "test/port")...)
		}
		locker := cluster.NewAt(foreignGroups, config)
		acquire(t, locker, exclusive(db, 1)).Release() // there is a session
		before := metric(t, c.Members[0], "etcd_mvcc_txn_total")
		for range 20 {
			acquire(t, locker, exclusive(port, 2)).Release()
		}
		return metric(t, c.Members[0], "etcd_mvcc_txn_total") - before
	}
	if without, with := cost(false), cost(true); with > without+5 {
		t.Errorf("20 acquisitions take %v transactions beside foreign keys, and %v without", with, without)
	}
}

// A key with a lease that this release does not write may belong to a process that takes part:
// that is an error at once, which names the key.
func TestLeasedKeysThatCannotBeRead(t *testing.T) {
	k := func(config coordinator.Config, name string) string {
		return strings.TrimSuffix(state.KeysOf(config.Namespace, "test/llm").LastStart(), "rate/last") + name
	}
	for _, name := range []string{"queue/0", "queue/0000000000000000.x", "shared/0/deeper", "units/00000x", "rate/slots/00000x"} {
		config := newSpace(t, commonCluster(t))
		lease, err := newClient(t, commonCluster(t)).Grant(t.Context(), 600)
		if err != nil {
			t.Fatal(err)
		}
		putAll(t, lease.ID, k(config, name), k(config, "rate/slots/00000"), k(config, "rate/slots/00001"))
		begun := time.Now()
		for _, needs := range [][]group.Need{exclusive(llm, 3), shared(llm)} {
			_, err = cluster.NewAt(foreignGroups, config).Acquire(t.Context(), needs)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s: the coordinator has the key %q, which has a lease", llm, k(config, name))) ||
				!strings.Contains(err.Error(), "; end the program that wrote it") {
				t.Errorf("%s: %v: error %v", name, needs, err)
			}
		}
		if took := time.Since(begun); took > patience/2 {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

// Keys outside of the names that this release gives do not count, with a lease or without.
func TestLeasedKeysElsewhere(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	lease, err := newClient(t, commonCluster(t)).Grant(t.Context(), 600)
	if err != nil {
		t.Fatal(err)
	}
	prefix := strings.TrimSuffix(state.KeysOf(config.Namespace, "test/llm").LastStart(), "rate/last")
	for _, name := range []string{"!", "other", "queue/!", "queue/zzz", "shared/~", "tt/x", "units/!", "units/zzz", "rate/slots/x"} {
		putAll(t, lease.ID, prefix+name)
	}
	locker := cluster.NewAt(foreignGroups, config)
	acquire(t, locker, exclusive(llm, 3)).Release()
	acquire(t, locker, shared(llm)).Release()
}

// If keys of others could hide ours, they are an error that says what to do, and they are not all
// read.
func TestTooManyForeignKeys(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	holder := acquire(t, cluster.NewAt(foreignGroups, config), exclusive(db, 1))
	defer holder.Release()
	k := state.KeysOf(config.Namespace, "test/db")
	waiting := startWaiting(t.Context(), t, cluster.NewAt(foreignGroups, config), exclusive(db, 1))
	var keys []string
	for i := range 150 {
		keys = append(keys, fmt.Sprintf("%sf%d", k.Queue().From, i)) // behind the ticket of the waiter
	}
	putAll(t, 0, keys...)
	_, err := cluster.NewAt(foreignGroups, config).Acquire(t.Context(), exclusive(db, 1))
	if err == nil || !strings.Contains(err.Error(), db+": beside ") || !strings.Contains(err.Error(), "has more than 100 keys") ||
		!strings.Contains(err.Error(), "; delete those, or choose a namespace") {
		t.Errorf("error %v", err)
	}
	holder.Release()
	mustGet(t, waiting).Release() // it has nothing before it
}
