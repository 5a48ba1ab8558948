package main

import (
	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/build"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/process"
	"github.com/interlock-build/rules_interlock/runner/internal/manifest"
)

// newLocker returns the locker for the groups of a test, each in its scope.
func newLocker(described []manifest.Group, files *runfiles.Runfiles) lock.Locker {
	var all, inProcess []group.Group
	var inBuild []build.Group
	for _, d := range described {
		g := group.Group{Label: d.Label, Name: d.Name, Scope: group.Scope(d.Scope), Capacity: d.Capacity}
		all = append(all, g)
		switch g.Scope {
		case group.Process:
			inProcess = append(inProcess, g)
		case group.Build:
			inBuild = append(inBuild, build.Group{Group: g, Runfile: d.Lock.Runfile, Output: d.Lock.Output})
		}
	}
	return lock.ByScope(all, map[group.Scope]lock.Locker{
		group.Process: process.New(inProcess),
		group.Build:   build.New(inBuild, files.Rlocation),
	})
}
