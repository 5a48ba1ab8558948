package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ours runs the suite with the runner, shard by shard.
func (r trial) ours(ctx context.Context) (result, error) {
	name := filepath.Join(r.dir, "suite_test")
	workspace := filepath.Join(r.dir, "workspace")
	if err := errors.Join(r.suite.write(workspace), r.suite.link(workspace, r.source())); err != nil {
		return result{}, err
	}
	if err := errors.Join(r.writeProgram(), r.writeManifest(name)); err != nil {
		return result{}, err
	}
	var processes []process
	var reports []string
	for shard := range r.way.shards {
		report := filepath.Join(r.dir, fmt.Sprintf("test-%d.xml", shard))
		reports = append(reports, report)
		args := append([]string{name}, r.suite.args...)
		processes = append(processes, process{
			path: r.runner, args: append(args, r.suite.ourArgs...), dir: r.source(), log: r.log(), limit: limit,
			env: r.environment().with(r.bazel(shard)).with(environment{"XML_OUTPUT_FILE": report}),
		})
	}
	return r.execute(ctx, processes, func() error { return nil }, reports...)
}

// bazel returns the variables that Bazel gives a test.
func (r trial) bazel(shard int) environment {
	env := environment{
		"RUNFILES_DIR": r.runfiles(), "TEST_TARGET": r.label(), "TEST_TMPDIR": r.temporary(), "TEST_TIMEOUT": fmt.Sprint(r.timeout()),
	}
	if r.way.shards > 1 {
		env["TEST_TOTAL_SHARDS"] = fmt.Sprint(r.way.shards)
		env["TEST_SHARD_INDEX"] = fmt.Sprint(shard)
		env["TEST_SHARD_STATUS_FILE"] = filepath.Join(r.dir, fmt.Sprintf("shard-%d", shard))
	}
	return env
}

func (r trial) timeout() int {
	switch {
	case r.suite.hangs:
		return hangingSeconds
	case r.suite.timeoutSeconds > 0:
		return r.suite.timeoutSeconds
	}
	return int(limit.Seconds()) - 10
}

func (r trial) label() string { return "//suites:" + r.suite.name }

// writeProgram writes what the rule pytest_test does. It sees the folder of the suite, as in
// Bazel if that is the workspace.
func (r trial) writeProgram() error {
	config := "None"
	if r.suite.config() != "" {
		config = fmt.Sprintf("%q", r.suite.config())
	}
	sources, data := r.suite.sources()
	text := fmt.Sprintf(`#!%s
import os
import sys

import interlock_pytest

if __name__ == "__main__":
    sys.path[0] = os.getcwd()
    sys.exit(interlock_pytest.main(sys.argv[1:], files=%s, data=%s, config=%s))
`, r.python(), pythonList(sources), pythonList(data), config)
	path := filepath.Join(r.runfiles(), "_main", "x.test")
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755))
}

func pythonList(paths []string) string {
	text, _ := json.Marshal(append([]string{}, paths...)) // strings have no errors
	return string(text)
}

// writeManifest writes what the rule tells the runner.
func (r trial) writeManifest(name string) error {
	budget := 0
	if r.suite.hangs {
		budget = budgetSeconds
	}
	text, err := json.Marshal(map[string]any{
		"version": 9, "label": "@@" + r.label(), "framework": "protocol", "program": "_main/x.test",
		"workers": fmt.Sprint(r.way.workers), "cpus": 1, "serial": []any{}, "keep_together": "case", "shards": r.way.shards,
		"running_budget_seconds": budget, "groups": []any{},
	})
	return errors.Join(err, os.WriteFile(name+".interlock.json", text, 0o644))
}
