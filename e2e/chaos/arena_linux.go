package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/host"
)

// arena is where the groups of a scope are, and the faults that can happen to it.
type arena struct {
	scope string
	// runner is the runner's file.
	runner string
	// environ is what the n-th runner needs in its environment to find its groups.
	environ func(n int) map[string]string
	pace    pace
	// place puts the lock files of a group into a target, and completes g, the group in its
	// manifest.
	place func(t *target, name string, g map[string]any) error
	// faults are the faults of the scope.
	faults []fault
	// heal undoes what faults have done to the arena, so that all runners can end.
	heal func() error
	// bases is the number of output bases that the runners are divided among.
	bases int
	// fenced says whether holders have fencing tokens.
	fenced bool
	// loss is check.Round.Loss, and faulty check.Round.Faulty.
	loss   time.Duration
	faulty bool
	close  func() error
}

// newArena makes an arena in dir.
func newArena(scope, dir string, p programs) (*arena, error) {
	switch scope {
	case "build":
		return newBuildArena(dir, p.interlock)
	case "host":
		return newHostArena(dir, p.interlock)
	}
	return newClusterArena(dir, p.cluster)
}

// quick is the pace if nothing is lost, and little takes time.
var quick = pace{most: 30 * time.Millisecond}

// noticed is the pace if some cases have to take longer than it takes to notice a loss.
var noticed = pace{most: 30 * time.Millisecond, long: 700 * time.Millisecond}

// newHostArena makes a folder for the locks of a machine.
func newHostArena(dir, runner string) (*arena, error) {
	folder := filepath.Join(dir, "host")
	if err := host.Init(folder); err != nil {
		return nil, err
	}
	return &arena{
		scope: "host", runner: runner, bases: 1, place: placeByKey, pace: quick, faults: common(3),
		environ: func(int) map[string]string { return map[string]string{host.Variable: folder} },
	}, nil
}

// placeByKey is for scopes whose groups are identified by a key.
func placeByKey(_ *target, name string, g map[string]any) error {
	g["key"] = fmt.Sprintf("chaos/%s", name)
	return nil
}
