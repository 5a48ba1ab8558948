// Package etcd lets the commands of package command know groups of scope cluster.
// It is for programs that may carry a client of etcd.
package etcd

import (
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// Cluster returns what commands need for it.
func Cluster() *command.Cluster { return &command.Cluster{New: cluster.New, Find: cluster.Find} }
