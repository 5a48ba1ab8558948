package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// target is a grouped test with its files, in Bazel's layout.
type target struct {
	workload
	// base is the number of its output base.
	base int
	// dir has all of it: the test x_test, its manifest, its runfiles, its report.
	dir string
	// environ is the runner's whole environment.
	environ []string
}

// newTarget lays a target out in dir.
func newTarget(dir string, base int, w workload, a *arena, programs programs, variables map[string]string) (*target, error) {
	t := &target{workload: w.inBase(base), base: base, dir: dir}
	if err := os.MkdirAll(t.runfile("r"), 0o755); err != nil {
		return nil, err
	}
	program := programs.cases
	if w.framework == execFramework {
		program = programs.program
	}
	if err := os.Symlink(program, t.runfile("program")); err != nil {
		return nil, err
	}
	if err := t.writeManifest(a); err != nil {
		return nil, err
	}
	orders, err := json.Marshal(w.orders)
	if err != nil {
		return nil, err
	}
	set := map[string]string{
		"PATH":                             os.Getenv("PATH"),
		"TEST_TARGET":                      "//r:x_test",
		"RUNFILES_DIR":                     filepath.Join(dir, "x_test.runfiles"),
		"TEST_TMPDIR":                      filepath.Join(dir, "tmp"),
		"XML_OUTPUT_FILE":                  t.report(),
		"TEST_PREMATURE_EXIT_FILE":         filepath.Join(dir, "premature"),
		"TEST_INFRASTRUCTURE_FAILURE_FILE": filepath.Join(dir, "infrastructure"),
		casework.OrdersVariable:            string(orders),
	}
	maps.Copy(set, variables)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		t.environ = append(t.environ, name+"="+set[name])
	}
	return t, nil
}

// withClock gives the target's runner a clock of its own, and returns the program that becomes
// the runner.
func (t *target) withClock(runner string, p programs, clocks *clock.Server) string {
	t.environ = append(t.environ, clock.Variable+"="+clocks.Path, clock.ProgramVariable+"="+runner)
	return p.program
}

func (t *target) executable() string { return filepath.Join(t.dir, casework.Program) }
func (t *target) report() string     { return filepath.Join(t.dir, "test.xml") }
func (t *target) log() string        { return filepath.Join(t.dir, "log") }

func (t *target) runfile(name string) string {
	return filepath.Join(t.dir, "x_test.runfiles/_main", name)
}

func (t *target) writeManifest(a *arena) error {
	groups := []any{}
	for _, name := range slices.Sorted(maps.Keys(t.uses())) {
		g, err := t.group(name, a)
		if err != nil {
			return err
		}
		groups = append(groups, g)
	}
	text, err := json.Marshal(map[string]any{
		"version": manifest.Version, "label": "@@//r:x_test", "framework": t.framework, "program": "_main/program",
		"workers": fmt.Sprint(t.workers), "cpus": 1, "serial": []string{}, "keep_together": "case", "shards": 1,
		"running_budget_seconds": 0, "groups": groups,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(t.executable()+manifest.Suffix, text, 0o644)
}

// uses returns which cases use which groups, in the manifest's form.
func (t *target) uses() map[string][]any {
	uses := map[string][]any{}
	for _, name := range slices.Sorted(maps.Keys(t.orders)) {
		for _, u := range t.orders[name].Uses {
			mode := "exclusive"
			if u.Shared {
				mode = "shared"
			}
			uses[u.Group] = append(uses[u.Group], map[string]any{"glob": name, "weight": u.Weight, "mode": mode})
		}
	}
	return uses
}

// group is a group in the manifest's form.
func (t *target) group(name string, a *arena) (map[string]any, error) {
	allowed := allGroups()[name]
	g := map[string]any{
		"label": "@@//r:" + name, "name": name, "scope": a.scope, "capacity": allowed.Capacity, "cases": t.uses()[name],
	}
	if rate := rateOf(allowed); rate != "" {
		g["rate"] = rate
	}
	if names := allowed.Instances; len(names) > 0 {
		g["instances"] = names
	}
	return g, a.place(t, name, g)
}
