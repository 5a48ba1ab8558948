// Cluster is the executable of the tests that use groups of scope cluster: the program interlock
// (..) with a client of etcd. It is several times as large, so no other test uses it.
package main

import (
	"os"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/runner/internal/app"
)

func main() { os.Exit(app.Main(cluster.New)) }
