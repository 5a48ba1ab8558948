package command

import (
	"context"
	"errors"
)

var errNoGate = errors.New("gate: this program carries no client of etcd, which the gate needs\n" +
	"hint: use @rules_interlock//tools:interlock_cluster")

// Gate serves Remote Execution in front of a cluster until a signal ends it (package gatecommand).
func Gate(ctx context.Context, i Invocation) error {
	if i.Cluster == nil {
		return errNoGate
	}
	return i.Cluster.Gate(ctx, i)
}
