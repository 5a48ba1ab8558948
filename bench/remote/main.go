// Remote measures tests with groups of scope cluster on a remote-execution cluster of four workers:
// beside plain tests, and against the bound. It must be started in the root of the repository.
//
// The parts are:
//
//   - cluster: the cluster, which e2e/remote starts, and Bazel in its module consumer;
//   - trivial: tests that do nothing;
//   - contention: tests that wait for one another, and their bound;
//   - gated: the same in front of a gate;
//   - requests: what etcd is asked.
package main

import (
	"fmt"
	"os"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

func main() {
	if os.Getenv(executorVariable) == "" {
		code, err := withCluster(os.Args)
		if err != nil {
			fmt.Fprintln(os.Stderr, "remote:", err)
		}
		os.Exit(code)
	}
	harness.Main(harness.Benchmark{Name: "remote", Title: "groups of scope cluster on a cluster of four workers", Measure: measure})
}

func measure() (*harness.Table, error) {
	table := &harness.Table{
		Floor: "100 plain sh_test, or the bound",
		Notes: []string{"The cluster is that of e2e/remote: storage, scheduler, four workers that run one action each, and etcd with TLS " +
			"and users by certificate, all on this machine. With a password, each test process authenticates twice besides."},
	}
	for _, part := range []func(*harness.Table) error{measureTrivial, measureContention, measureGated} {
		if err := part(table); err != nil {
			return nil, err
		}
	}
	return table, nil
}
