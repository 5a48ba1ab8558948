// Package gate is a front for a Remote Execution cluster (API v2) that lets an action wait without
// an executor until the resource groups are free that its test holds.
//
// It hands the groups out in a namespace of its own beside the locks, with the same code. The
// runner still takes the real groups, so the gate never is what keeps tests apart: an action that
// it lets through too early costs an executor some time and nothing else. Whatever is not an action
// with groups passes through unchanged. docs/design/gate.md explains it. The parts are:
//
//   - serve: the server, from its start to its end;
//   - execution: Execute and WaitExecution;
//   - actions, needs: which groups an action needs;
//   - admission: waiting for them, and giving them back;
//   - updates: what a client hears while its action waits;
//   - name: names of operations, by which another gate goes on;
//   - watchdog: whether the coordinator is there;
//   - relay, frames, metadata, pool: what passes through;
//   - connections: how a client has gone;
//   - census, notes: what people can see;
//   - collection: the memory of thousands that wait.
package gate

import (
	"context"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
)

// Config says what a gate does.
type Config struct {
	// Coordinator is the coordinator of the groups. The gate uses a namespace inside its own.
	Coordinator coordinator.Config
	// Ahead is how many more units of each group than it has are handed out, so that the next
	// test is on an executor already when the last one ends. All copies of a gate need the same.
	Ahead int
	// Patience is how long the coordinator may be away before actions no longer wait.
	Patience time.Duration
	// LongestWait is how long an action waits at most before it is let through.
	LongestWait time.Duration
	// Log is told what happens, a line a call.
	Log func(format string, args ...any)

	// linger is for how long the place of a client is kept whose connection has broken.
	linger time.Duration
	// firstUpdate is the first interval between messages to a client that waits.
	firstUpdate time.Duration
	// ttl is the time to live of the gate's lease.
	ttl time.Duration
}

// Defaults for Config.
const (
	DefaultPatience    = 5 * time.Second
	DefaultLongestWait = time.Hour
)

const (
	defaultLinger      = 5 * time.Second
	defaultFirstUpdate = time.Second
	// leaseTTL is for how long the places of a gate that has died are kept for another one. Bazel
	// asks again within seconds.
	leaseTTL = 30 * time.Second
)

// gate is the server's state.
type gate struct {
	config   Config
	queue    *cluster.Queue
	upstream *pool
	actions  *actions
	watchdog *watchdog
	census   *census
	notes    *notes
	// leaving ends when the gate begins to stop.
	leaving context.Context
	leave   context.CancelFunc
}

// gateNamespace is the namespace of the gate's own groups, beside the locks in a namespace.
func gateNamespace(namespace string) string { return state.GateNamespace(namespace) }

// newGate returns a gate in front of a cluster.
func newGate(config Config, upstream *pool) *gate {
	own := config.Coordinator
	own.Namespace = gateNamespace(own.Namespace)
	if own.TTL = config.ttl; own.TTL == 0 {
		own.TTL = max(config.Coordinator.TTL, leaseTTL)
	}
	if config.linger == 0 {
		config.linger = defaultLinger
	}
	if config.firstUpdate == 0 {
		config.firstUpdate = defaultFirstUpdate
	}
	g := &gate{config: config, queue: cluster.NewQueue(own), upstream: upstream, census: newCensus(), notes: newNotes(config.Log)}
	g.actions = newActions(upstream)
	g.watchdog = newWatchdog(g.queue.Check, config.Patience, g.notes)
	g.leaving, g.leave = context.WithCancel(context.Background())
	return g
}

// close ends everything that waits or is forwarded for a group, and leaves it for another gate to
// go on with.
func (g *gate) close() {
	g.leave()
	g.queue.Leave()
	g.watchdog.stop()
}
