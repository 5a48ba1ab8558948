// Interlock_cluster is the command interlock (..) with a client of etcd, so that it knows groups
// of scope cluster.
package main

import (
	"os"

	"github.com/interlock-build/rules_interlock/tools/interlock/cli"
	"github.com/interlock-build/rules_interlock/tools/interlock/command/etcd"
)

func main() { os.Exit(cli.Main(etcd.Cluster())) }
