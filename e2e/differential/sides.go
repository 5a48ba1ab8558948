package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// goTest runs all tests as `go test -json` does.
func (p *testPackage) goTest(ctx context.Context) (results, error) {
	args := append([]string{p.binary(), "-test.v=test2json"}, p.args()...)
	output, exitCode, err := p.start(ctx, p.binary(), args, nil)
	if err != nil {
		return nil, err
	}
	converter := exec.CommandContext(ctx, p.test2json)
	converter.Stdin, converter.Env = bytes.NewReader(output), p.env.list()
	events, err := converter.Output()
	if err != nil {
		return nil, fmt.Errorf("test2json: %w", err)
	}
	r, err := parseEvents(events)
	if err != nil {
		return nil, err
	}
	r.setPackage(exitCode == 0)
	return r, p.keepLog("go", output)
}

// runner runs all shards of the test, one after the other.
func (p *testPackage) runner(ctx context.Context, s setting) (results, error) {
	name := filepath.Join(p.dir, fmt.Sprintf("test_%d", s.workers))
	text, err := json.Marshal(map[string]any{
		"version": 5, "label": "@@" + p.label(), "framework": "go", "program": "_main/x.test",
		"workers": fmt.Sprint(s.workers), "cpus": 1, "serial": []any{}, "unit": "case", "shards": 1,
		"running_budget_seconds": 0, "groups": []any{},
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(name+".interlock.json", text, 0o644); err != nil {
		return nil, err
	}
	all, ok := results{}, true
	for index := range s.shards {
		good, err := p.shard(ctx, name, s, index, all)
		if err != nil {
			return nil, fmt.Errorf("shard %d: %w", index, err)
		}
		ok = ok && good
	}
	all.setPackage(ok)
	return all, nil
}

// shard runs one and adds its outcomes to all.
func (p *testPackage) shard(ctx context.Context, name string, s setting, index int, all results) (ok bool, err error) {
	report, status := filepath.Join(p.dir, "test.xml"), filepath.Join(p.dir, "shard-status")
	env := environment{"XML_OUTPUT_FILE": report}
	if s.shards > 1 {
		env = env.with(environment{
			"TEST_TOTAL_SHARDS": fmt.Sprint(s.shards), "TEST_SHARD_INDEX": fmt.Sprint(index),
			"TEST_SHARD_STATUS_FILE": status,
		})
	}
	for _, file := range []string{report, status} {
		if err := os.RemoveAll(file); err != nil {
			return false, err
		}
	}
	output, exitCode, err := p.start(ctx, p.options.runner, append([]string{name}, p.args()...), env)
	if err != nil {
		return false, err
	}
	if err := all.addReport(report); err != nil {
		return false, fmt.Errorf("%w; the runner's log:\n%s", err, output)
	}
	return exitCode == 0, p.keepLog(fmt.Sprintf("runner-%d-shards-%d-workers-shard-%d", s.shards, s.workers, index), output)
}

// keepLog writes what a run has written to where the user wants it.
func (p *testPackage) keepLog(name string, output []byte) error {
	if p.logs == "" {
		return nil
	}
	dir := filepath.Join(p.logs, filepath.FromSlash(p.module.path), filepath.FromSlash(p.path))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, name+"-*.log")
	if err != nil {
		return err
	}
	_, err = file.Write(output)
	return errors.Join(err, file.Close())
}
