// Package cluster keeps all processes apart that share a coordinator, an etcd cluster.
//
// Every step that matters is one transaction of etcd, whose conditions keep the group's promises.
// So exclusion relies on etcd's log, and on no clock. Everything that a process has in etcd hangs
// on its lease, and is gone a while after the process. Clocks only decide when a holder has to
// give up, which is before that. docs/design/cluster.md explains it and what is not guaranteed.
// The parts are:
//
//   - session: the lease of a process, and until when it is sure to live;
//   - sessions: one session for all acquisitions that need one;
//   - call: calls of etcd that end;
//   - request: the use of one group;
//   - arrival: many acquisitions that begin at once;
//   - claim: requests that are granted in one transaction;
//   - wait: the queue, and waking up without polling;
//   - queue, resume: acquisitions that another process goes on with;
//   - hub: one watch for many waiters;
//   - starts: the rate;
//   - state: keys and values.
package cluster

import (
	"sync"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// MaxBypass is the number of later requests that are served before a waiter: none, once the
// waiter has its ticket, which takes two transactions.
const MaxBypass = 0

const (
	// maxOperations is how many conditions, and how many operations, etcd allows in one
	// transaction by default (--max-txn-ops).
	maxOperations = 128
	// MaxWeight is the most units that one transaction takes.
	MaxWeight = 100
	// MaxRated is the most groups with a rate that a case can hold, with one unit of each: one
	// transaction takes them all.
	MaxRated = maxOperations / (conditionsOfRated + 1)
	// conditionsOfRated is the number of request.conditions for a group with a rate, apart from
	// one for each unit.
	conditionsOfRated = 7
)

// New returns a locker for groups of scope cluster. It finds the coordinator (coordinator.Find)
// when a group is first needed.
func New(groups []group.Group, lookup func(string) (string, bool)) lock.Locker {
	return newLocker(groups, sync.OnceValues(func() (coordinator.Config, error) { return coordinator.Find(lookup) }))
}

// NewAt returns a locker for groups whose coordinator is known.
func NewAt(groups []group.Group, config coordinator.Config) lock.Locker {
	return newLocker(groups, func() (coordinator.Config, error) { return config, nil })
}
