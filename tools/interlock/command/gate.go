package command

import "context"

// Gate serves Remote Execution in front of a cluster until a signal ends it (package gatecommand).
func Gate(ctx context.Context, i Invocation) error {
	if i.Cluster == nil {
		return usageError("gate: %w", errNoCluster)
	}
	return i.Cluster.Gate(ctx, i)
}
