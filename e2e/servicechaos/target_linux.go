package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// target is a grouped test with its files, in Bazel's layout.
type target struct {
	workload
	// dir has all of it: the test x_test, its manifest, its runfiles, its report.
	dir     string
	environ []string
}

func (r *round) newTarget(name string, w workload) (*target, error) {
	t := &target{workload: w, dir: filepath.Join(r.dir, name)}
	if err := os.MkdirAll(t.runfile("r"), 0o755); err != nil {
		return nil, err
	}
	if err := r.linkRunfiles(t); err != nil {
		return nil, err
	}
	if err := t.writeManifest(r.plan); err != nil {
		return nil, err
	}
	orders, err := json.Marshal(w.orders)
	if err != nil {
		return nil, err
	}
	t.environ = []string{
		"PATH=" + os.Getenv("PATH"),
		"TMPDIR=" + r.path("tmp"),
		"TEST_TARGET=//r:x_test",
		"TEST_WORKSPACE=_main",
		"RUNFILES_DIR=" + filepath.Join(t.dir, "x_test.runfiles"),
		"TEST_TMPDIR=" + filepath.Join(t.dir, "tmp"),
		"XML_OUTPUT_FILE=" + t.report(),
		"TEST_PREMATURE_EXIT_FILE=" + filepath.Join(t.dir, "premature"),
		"TEST_INFRASTRUCTURE_FAILURE_FILE=" + filepath.Join(t.dir, "infrastructure"),
		host.Variable + "=" + r.path("host"),
		markVariable + "=" + r.mark,
		instance.LogVariable + "=" + r.caselog(),
		casework.OrdersVariable + "=" + string(orders),
		casework.RunVariable + "=" + name,
	}
	return t, nil
}

func (r *round) linkRunfiles(t *target) error {
	links := map[string]string{"program": r.programs.program}
	if t.framework == goFramework {
		links["program"] = r.programs.cases
	}
	for _, g := range r.plan.groups {
		for runfile, path := range r.builds[r.plan.files(t.build)].runfiles(g) {
			links[runfile] = path
		}
		for _, suffix := range lockSuffixes {
			links["r/"+g.name+suffix] = r.builds[t.build].lockFile(g.name, suffix)
		}
		if err := os.WriteFile(t.runfile("r/"+g.name+".files"), []byte(setupFiles(g)), 0o644); err != nil {
			return err
		}
	}
	for runfile, path := range links {
		if err := os.Symlink(path, t.runfile(runfile)); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) executable() string { return filepath.Join(t.dir, casework.Program) }
func (t *target) report() string     { return filepath.Join(t.dir, "test.xml") }
func (t *target) log() string        { return filepath.Join(t.dir, "log") }

func (t *target) runfile(name string) string {
	return filepath.Join(t.dir, "x_test.runfiles/_main", name)
}

func (t *target) writeManifest(p plan) error {
	groups := []any{}
	for _, g := range p.groups {
		if uses := t.usesOf(g.name); len(uses) > 0 {
			groups = append(groups, g.inManifest(p.scope, uses))
		}
	}
	text, err := json.Marshal(map[string]any{
		"version": manifest.Version, "label": "@@//r:x_test", "framework": t.framework, "program": "_main/program",
		"workers": fmt.Sprint(t.workers), "cpus": 1, "serial": []string{}, "keep_together": "case", "shards": 1,
		"running_budget_seconds": 0, "groups": groups,
		"target_variables": []string{casework.OrdersVariable, casework.RunVariable},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(t.executable()+manifest.Suffix, text, 0o644)
}

// usesOf returns which cases use a group, in the manifest's form.
func (t *target) usesOf(group string) (uses []any) {
	for name, order := range t.orders {
		if slices.ContainsFunc(order.Uses, func(u casework.Use) bool { return u.Name == group }) {
			uses = append(uses, map[string]any{"glob": name, "weight": 1, "mode": "exclusive"})
		}
	}
	return uses
}

// inManifest is the group in the manifest's form.
func (g group) inManifest(scope string, uses []any) map[string]any {
	setup := map[string]any{
		"program": "_main/r/" + g.name + "." + string(instance.Setup), "files": "_main/r/" + g.name + ".files",
		"timeout_seconds": g.timeout, "idle_timeout_seconds": g.idle,
	}
	if g.health {
		setup["health"] = "_main/r/" + g.name + "." + string(instance.Health)
	}
	if g.reset {
		setup["reset"] = "_main/r/" + g.name + "." + string(instance.Reset)
	}
	u := casework.Use{Name: g.name}
	all := map[string]any{
		"label": "@@//r:" + g.name, "name": g.name, "scope": scope, "capacity": g.capacity, "cases": uses, "setup": setup,
		"env": map[string]string{u.Variable("id"): "{id}", u.Variable("dir"): "{dir}"},
	}
	if scope == "host" {
		all["key"] = "chaos/" + g.name
	} else {
		all["lock"] = map[string]any{"runfile": "_main/r/" + g.name, "output": "r/" + g.name}
	}
	return all
}
