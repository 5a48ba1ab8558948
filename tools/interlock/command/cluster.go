package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
)

// Cluster is what commands need for groups of scope cluster: a client of etcd, which not every
// program with these commands contains (package etcd).
type Cluster struct {
	// New returns a locker for groups.
	New func([]group.Group, func(string) (string, bool)) lock.Locker
	// Find returns the groups of the configured coordinator, if there is one.
	Find func(context.Context, func(string) (string, bool)) (groups []state.Group, found bool, err error)
	// Gate serves until ctx ends.
	Gate func(context.Context, Invocation) error
}

// errNoCluster is for programs without a Cluster.
var errNoCluster = errors.New("this command knows no groups of scope cluster, since it carries no client of etcd: " +
	"use @rules_interlock//tools:interlock_cluster")

// answerWithin is how long a coordinator may take to answer.
const answerWithin = 5 * time.Second

// askCoordinator adds what the coordinator knows, if one is configured, and
// reports whether it could be asked.
func (r *Report) askCoordinator(ctx context.Context, i Invocation) (ok bool) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	groups, _, err := i.Cluster.Find(ctx, i.Lookup)
	if err != nil {
		for problem := range strings.SplitSeq(err.Error(), "\n") {
			r.Problems = append(r.Problems, lock.Clean(problem))
		}
	}
	r.addCluster(groups)
	return err == nil || len(groups) > 0 // then only some keys could not be read
}
