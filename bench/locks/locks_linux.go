package main

import (
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// locks measures the scopes host and cluster beside their floors, and the rates of all scopes
// with more than one process.
func locks() (*harness.Table, error) {
	table := &harness.Table{
		Floor: "what the row names",
		Notes: []string{
			"The coordinator is one real etcd on the same machine, which writes to its disk.",
			"A handoff is what it is in handoff.md. etcd's mutex is concurrency.Mutex of its client library.",
		},
	}
	etcd, err := startCoordinator()
	if err != nil {
		return nil, err
	}
	defer etcd.stop()
	for _, measure := range []func(*harness.Table) error{
		hostHandoff, etcd.acquire, etcd.handoff, etcd.queues, etcd.rates,
	} {
		if err := measure(table); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// hostHandoff compares handoffs in scope host with handoffs in scope build.
func hostHandoff(table *harness.Table) error {
	const batches, requests = 5, 200
	for _, c := range []struct {
		contention
		limit harness.Limit
	}{
		{contention{capacity: 1, configurations: 1, processes: 4, needs: one}, soon},
		{contention{capacity: 4, configurations: 1, processes: 8, needs: one}, five},
	} {
		host := c.contention
		host.space = &space{Scope: group.Host, Definition: group.Definition{Capacity: c.capacity}}
		if err := host.space.make(); err != nil {
			return err
		}
		defer host.space.remove()
		results, err := harness.Interleave(batches,
			func() (handoffs, error) { return c.handoffs(requests) },
			func() (handoffs, error) { return host.handoffs(requests) })
		if err != nil {
			return err
		}
		built, hosted := join(results[0]).took, join(results[1]).took
		table.Compare("host: handoff, "+c.what()+", against build", built, hosted, c.limit)
		table.Compare("- the same, as a ratio", built, hosted, harness.RatioAndAddedAtMost(1.1, 100*time.Microsecond))
	}
	return nil
}

// coordination is an etcd of one member, and the configuration that leads to it.
type coordination struct {
	dir     string
	cluster *etcdtest.Cluster
	file    string
}

func startCoordinator() (c coordination, err error) {
	if c.dir, err = os.MkdirTemp("", "lockbench-"); err != nil {
		return c, err
	}
	if c.cluster, err = etcdtest.Start(c.dir, etcdtest.Options{}); err != nil {
		return c, err
	}
	c.file, err = etcdtest.WriteCoordinator(c.dir, c.cluster.Coordinator())
	return c, err
}

func (c coordination) stop() {
	c.cluster.Close()
	_ = os.RemoveAll(c.dir)
}

// newSpace returns a group of scope cluster that nobody has used before.
func (c coordination) newSpace(d group.Definition) (*space, error) {
	s := &space{Scope: group.Cluster, Definition: d, Coordinator: c.file}
	return s, s.make()
}
