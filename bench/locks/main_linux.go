// Lockbench measures the locks, across processes where that matters. bench/run starts it.
package main

import (
	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

func main() {
	etcdtest.Main()
	workIfTold()
	harness.Main(
		harness.Benchmark{Name: "acquire", Title: "acquire and release a group that nobody else wants", Measure: acquire},
		harness.Benchmark{Name: "handoff", Title: "from one process's release to the next one's acquisition", Measure: handoff},
		harness.Benchmark{Name: "bypass", Title: "how often a waiting process is passed by later ones", Measure: bypass},
		harness.Benchmark{Name: "waiting", Title: "the CPU time of processes that wait", Measure: waiting},
		harness.Benchmark{Name: "locks", Title: "the scopes host and cluster, and rates", Measure: locks},
	)
}
