// Scalebench measures how far one etcd goes: thousands of cases of hundreds of executors wait for
// groups of scope cluster, with the real lock code. bench/run starts it.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

func main() {
	etcdtest.Main()
	harness.Main(harness.Benchmark{Name: "scale", Title: "thousands of cases, hundreds of executors, one etcd", Measure: measure})
}

const (
	// casesEach is how many cases each executor has, all of which ask at once.
	casesEach = 20
	// groups is among how many groups of capacity 1 the cases are divided.
	groups = 200
	// runs is how long a case holds its group.
	runs = 50 * time.Millisecond
)

func measure() (*harness.Table, error) {
	table := &harness.Table{
		Floor: "what a group would take if its handovers took no time",
		Notes: []string{
			fmt.Sprintf("Each executor has a session of its own and %d cases, all of which ask at once for one of %d groups of "+
				"capacity 1. The coordinator is one real etcd, with all executors in one other process of the same machine.", casesEach, groups),
			"A handover is the time from the end of a case's hold to the beginning of the next one's of its group. Requests are " +
				"those that etcd has counted, without renewals of leases. CPU and memory are those of etcd's process.",
		},
	}
	dir, err := os.MkdirTemp("", "scalebench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	etcd, err := etcdtest.Start(dir, etcdtest.Options{Fsync: true})
	if err != nil {
		return nil, err
	}
	defer etcd.Close()
	for _, executors := range []int{50, 150, 500} {
		f, err := newFleet(etcd, executors)
		if err != nil {
			return nil, err
		}
		err = f.measure(table)
		f.close()
		if err != nil {
			return nil, err
		}
	}
	return table, nil
}
