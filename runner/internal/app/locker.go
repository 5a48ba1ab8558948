package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/lock/notice"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
)

// NewCluster returns a locker for groups of scope cluster, which finds its coordinator through
// environment variables or a file of the machine.
type NewCluster func(groups []group.Group, lookup func(string) (string, bool)) lock.Locker

// newLocker returns the locker for the groups of a test, each in its scope.
func newLocker(t task) lock.Locker {
	var all []group.Group
	var inBuild []build.Group
	inScope := map[group.Scope][]group.Group{}
	for _, d := range t.manifest.Groups {
		g := d.Group()
		all = append(all, g)
		inScope[g.Scope] = append(inScope[g.Scope], g)
		if g.Scope == group.Build {
			inBuild = append(inBuild, build.Group{Group: g, Runfile: d.Lock.Runfile, Output: d.Lock.Output})
		}
	}
	if len(all) > len(inScope[group.Process]) {
		startGuardian(t.p)
	}
	publisher := notice.NewPublisher(func(err error) { say(t.p, err.Error()) })
	return lock.ByScope(all, map[group.Scope]lock.Locker{
		group.Process: process.New(inScope[group.Process]),
		group.Build:   notice.New(build.New(inBuild, t.files.Rlocation), inScope[group.Build], publisher),
		group.Host:    notice.New(host.New(inScope[group.Host], t.p.lookup), inScope[group.Host], publisher),
		group.Cluster: t.p.clusterLocker(inScope[group.Cluster]),
	})
}

// startGuardian makes what a case holds last as long as its processes.
func startGuardian(p invocation) {
	warn := func(err error) {
		say(p, fmt.Sprintf("if this process is killed, its case may go on beside the next holder of a group: %v", err))
	}
	if err := guard.Start(warn); err != nil {
		warn(err)
	}
}

func (p invocation) clusterLocker(groups []group.Group) lock.Locker {
	if p.cluster == nil {
		return noCluster{}
	}
	return p.cluster(groups, p.lookup)
}

// noCluster fails closed in a runner without a client of a coordinator. The rules give such a
// runner only to tests without such groups.
type noCluster struct{}

func (noCluster) Acquire(context.Context, []group.Need) (lock.Held, error) {
	return nil, errors.New("this runner knows no groups of scope \"cluster\": let the test run with the runner " +
		"of //runner/cluster, which its rule chooses for such groups")
}
