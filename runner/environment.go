package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/manifest"
)

// environments gives each process that runs cases an environment of its own.
type environments struct {
	task    task
	workers int
	// slots returns the variables, by label of a group: all groups are known when
	// the first case holds one.
	slots func() map[string]string
	made  atomic.Int64
}

func newEnvironments(t task, workers int) *environments {
	return &environments{
		task: t, workers: max(workers, 1),
		slots: sync.OnceValue(func() map[string]string { return slotVariables(t.manifest.Groups) }),
	}
}

// of returns the environment for a batch, and what is to be called when its
// process has ended. Besides what Bazel gives a test it has
//
//   - TEST_TMPDIR, an empty folder of this process, with a short name in that of
//     the test: the path of a socket can be 107 bytes long (unix(7));
//   - INTERLOCK_WORKER, the number of the worker, from 0, and INTERLOCK_WORKERS,
//     how many there are;
//   - INTERLOCK_ATTEMPT, 1 or that of a retry;
//   - INTERLOCK_SLOT_GROUP, for each group that the batch holds exclusively, the
//     number of its unit, from 0, or several with commas in between.
func (e *environments) of(b event.Batch) (environ []string, done func(), err error) {
	number := e.made.Add(1)
	set, err := coverageOf(e.task.env.Coverage, fmt.Sprintf("%s.%d", nameOf(e.task.manifest.Label), number))
	if err != nil {
		return nil, nil, err
	}
	if set == nil {
		set = map[string]string{}
	}
	done = func() {}
	if e.task.env.TmpDir != "" {
		dir := filepath.Join(e.task.env.TmpDir, strconv.FormatInt(number, 36))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, nil, fmt.Errorf("TEST_TMPDIR: %w", err)
		}
		set["TEST_TMPDIR"], done = dir, func() { _ = os.RemoveAll(dir) }
	}
	set["INTERLOCK_WORKER"], set["INTERLOCK_WORKERS"] = strconv.Itoa(b.Worker), strconv.Itoa(e.workers)
	maps.Copy(set, e.ofCases(b))
	return bazelenv.ForChild(e.task.p.environ, set), done, nil
}

// ofCases returns the variables among these that differ between batches of one
// process.
func (e *environments) ofCases(b event.Batch) map[string]string {
	set := map[string]string{"INTERLOCK_ATTEMPT": strconv.Itoa(max(b.Attempt, 1))}
	for label, units := range b.Slots {
		set[e.slots()[label]] = strings.Trim(strings.ReplaceAll(fmt.Sprint(units), " ", ","), "[]")
	}
	return set
}

const slotPrefix = "INTERLOCK_SLOT_"

// slotVariables returns the name of the variable for the slot of each group: it
// ends in that of the group or, where two have the same, in the label.
func slotVariables(groups []manifest.Group) map[string]string {
	count := map[string]int{}
	for _, g := range groups {
		count[variablePart(g.Name)]++
	}
	variables := map[string]string{}
	for _, g := range groups {
		part := variablePart(g.Name)
		if count[part] > 1 {
			part = variablePart(g.Label)
		}
		variables[g.Label] = slotPrefix + part
	}
	return variables
}

// variablePart makes of text what can be a part of a variable's name.
func variablePart(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, strings.TrimLeft(text, "@/"))
}
