// Package etcd adds groups of scope cluster to the commands of package command. It is for
// programs that may contain a client of etcd.
package etcd

import (
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/gatecommand"
)

// Cluster returns what commands need for groups of scope cluster.
func Cluster() *command.Cluster {
	return &command.Cluster{New: cluster.New, Find: cluster.Find, Gate: gatecommand.Run}
}
