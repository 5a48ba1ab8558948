package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
)

const (
	// many is how many actions wait.
	many = 10_000
	// groups is among how many groups they are divided, in one of the rows.
	groups = 200
	// handovers is how many handovers are measured.
	handovers = 100
	// mostMemory is the bound for the gate's memory.
	mostMemory = 200 << 20
)

func measure() (*harness.Table, error) {
	table := &harness.Table{
		Floor: "the same without a gate, or what the row names",
		Notes: []string{
			"The coordinator is one real etcd on the same machine, which writes to its disk. The cluster has no executors: " +
				"an action ends as soon as it has begun, or when it is told to.",
			"A handover is the time from the end of an action to the beginning of the next one of its group.",
			"Memory is the resident set of the gate's process, ten seconds after all had a place.",
		},
	}
	dir, err := os.MkdirTemp("", "gatebench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	etcd, err := etcdtest.Start(dir, etcdtest.Options{Fsync: true})
	if err != nil {
		return nil, err
	}
	defer etcd.Close()
	for _, part := range []func(*harness.Table, *etcdtest.Cluster) error{added, queues} {
		if err := part(table, etcd); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// added compares actions through the gate with actions that go to the cluster directly.
func added(table *harness.Table, etcd *etcdtest.Cluster) error {
	const actions = 500
	cluster, err := fakecluster.Start()
	if err != nil {
		return err
	}
	defer cluster.Close()
	cluster.Takes = 1 // as good as nothing
	g, err := startGate(etcd, "/added/", cluster.Address)
	if err != nil {
		return err
	}
	defer g.stop()
	for i, c := range []struct {
		what, mnemonic string
		needs          map[string]string
	}{
		{"an action that is no test", "GoCompile", nil},
		{"a test without groups", "TestRunner", nil},
		{"a test whose group is free", "TestRunner", needsOf("free", 1)},
	} {
		clients := []*client{newClient(cluster.Address, c.mnemonic), newClient(g.address, c.mnemonic)}
		n := 0
		one := func(client *client) func() (time.Duration, error) {
			return func() (time.Duration, error) {
				n++
				digest := cluster.Action(fmt.Sprintf("action %d %d", i, n), c.needs)
				began := time.Now()
				err := client.run(context.Background(), digest)
				return time.Since(began), err
			}
		}
		results, err := harness.Interleave(actions, one(clients[0]), one(clients[1]))
		if err != nil {
			return err
		}
		table.Compare("added to "+c.what, results[0], results[1], harness.AddedAtMost(5*time.Millisecond))
		for _, client := range clients {
			client.close()
		}
	}
	return nil
}

// queues measures handovers in short and in long queues, and the memory that a long one takes.
func queues(table *harness.Table, etcd *etcdtest.Cluster) error {
	short, err := queue(etcd, "short", handovers+10, 1)
	if err != nil {
		return err
	}
	divided, err := queue(etcd, "divided", many, groups)
	if err != nil {
		return err
	}
	long, err := queue(etcd, "long", many, 1)
	if err != nil {
		return err
	}
	table.Compare(fmt.Sprintf("handover, %d wait for %d groups, against %d for one", many, groups, handovers+10),
		short.handovers, divided.handovers, harness.RatioAndAddedAtMost(1.5, time.Millisecond))
	table.Compare(fmt.Sprintf("handover, %d wait for one group, against %d for one", many, handovers+10),
		short.handovers, long.handovers, harness.RatioAndAddedAtMost(1.5, time.Millisecond))
	for _, q := range []struct {
		what string
		queued
	}{{fmt.Sprintf("for %d groups", groups), divided}, {"for one group", long}} {
		table.Rows = append(table.Rows,
			harness.Row{
				What: fmt.Sprintf("memory of a gate at which %d wait %s", many, q.what), Figure: fmt.Sprintf("%d MB", q.memory>>20),
				Bound: fmt.Sprintf("≤ %d MB", mostMemory>>20), Missed: q.memory > mostMemory,
			},
			harness.Row{What: "- at its peak, while they arrived all at once", Figure: fmt.Sprintf("%d MB", q.peak>>20)},
			harness.Row{What: fmt.Sprintf("- until all %d had a place", many), Figure: q.filled.Round(100 * time.Millisecond).String()})
	}
	return nil
}
