package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
)

// queued is what was measured of a queue.
type queued struct {
	handovers harness.Samples
	memory    int64 // when all have a place
	peak      int64
	filled    time.Duration // how long that took
}

// settle is after how long what belongs to filling is over.
const settle = 10 * time.Second

// queue lets actions wait for some groups, and measures handovers of the first group and the
// memory of the gate.
func queue(etcd *etcdtest.Cluster, name string, actions, groups int) (q queued, err error) {
	c, err := fakecluster.Start()
	if err != nil {
		return q, err
	}
	defer c.Close()
	begun := make(chan string, actions)
	c.Begin = func(name string) func() { begun <- name; return func() {} }
	g, err := startGate(etcd, "/"+name+"/", c.Address)
	if err != nil {
		return q, err
	}
	defer g.stop()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	defer done.Wait()
	defer cancel()
	client := newClient(g.address, "TestRunner")
	defer client.close()
	began := time.Now()
	for i := range actions {
		digest := c.Action(fmt.Sprintf("%d", i), needsOf(fmt.Sprintf("group%d", i%groups), 1))
		done.Go(func() { _ = client.run(ctx, digest) })
	}
	if err := awaitWaiting(ctx, etcd, "/"+name+"/", actions-groups); err != nil {
		return q, err
	}
	q.filled = time.Since(began)
	time.Sleep(settle)
	q.memory, q.peak = g.memory("VmRSS"), g.memory("VmHWM")
	q.handovers, err = handoversOf(c, begun, groups)
	return q, err
}

// handoversOf ends one action after another, and measures until one begins.
func handoversOf(c *fakecluster.Cluster, begun <-chan string, groups int) (took harness.Samples, err error) {
	var running []string
	for range groups {
		running = append(running, <-begun)
	}
	for range handovers {
		name := running[0]
		began := time.Now()
		c.End(name)
		select {
		case next := <-begun:
			took = append(took, time.Since(began))
			running = append(running[1:], next)
		case <-time.After(time.Minute):
			return nil, fmt.Errorf("%s has ended, and no action begins", name)
		}
	}
	return took, nil
}

// awaitWaiting waits until so many uses have a ticket at the gate.
func awaitWaiting(ctx context.Context, etcd *etcdtest.Cluster, namespace string, n int) error {
	config := etcd.Coordinator()
	config.Namespace = state.GateNamespace(namespace)
	for until := time.Now().Add(20 * time.Minute); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		groups, err := cluster.Read(ctx, config)
		if err != nil {
			return err
		}
		waiting := 0
		for _, g := range groups {
			waiting += len(g.Queue)
		}
		if waiting == n {
			return nil
		}
	}
	return fmt.Errorf("there never were %d that wait", n)
}
