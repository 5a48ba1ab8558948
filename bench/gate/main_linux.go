// Gatebench measures interlock gate in front of a cluster that only pretends, with a real etcd.
// bench/run starts it.
package main

import (
	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

func main() {
	etcdtest.Main()
	serveIfTold()
	harness.Main(harness.Benchmark{Name: "gate", Title: "actions that wait in front of a Remote Execution cluster", Measure: measure})
}
