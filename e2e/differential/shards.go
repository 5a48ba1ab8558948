package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// runShards runs the program of a site with the runner, shard by shard.
func (p *site) runShards(ctx context.Context, framework string, args []string, s setting) (outcomes.Results, error) {
	name := filepath.Join(p.dir, fmt.Sprintf("test_%d", s.workers))
	text, err := json.Marshal(map[string]any{
		"version": 9, "label": "@@" + p.label(), "framework": framework, "program": "_main/x.test",
		"workers": fmt.Sprint(s.workers), "cpus": 1, "serial": []any{}, "keep_together": "case", "shards": 1,
		"running_budget_seconds": 0, "groups": []any{},
	})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(name+".interlock.json", text, 0o644); err != nil {
		return nil, err
	}
	all, ok := outcomes.Results{}, true
	for index := range s.shards {
		good, err := p.shard(ctx, append([]string{name}, args...), s, index, all)
		if err != nil {
			return nil, fmt.Errorf("shard %d: %w", index, err)
		}
		ok = ok && good
	}
	all.SetPackage(ok)
	return all, nil
}

// shard runs one shard and adds its outcomes to all.
func (p *site) shard(ctx context.Context, args []string, s setting, index int, all outcomes.Results) (ok bool, err error) {
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
	output, exitCode, err := p.start(ctx, p.options.runner, args, env)
	if err != nil {
		return false, err
	}
	if err := all.AddReport(report); err != nil {
		return false, fmt.Errorf("%w; the runner's log:\n%s", err, output)
	}
	return exitCode == 0, p.keepLog(fmt.Sprintf("runner-%d-shards-%d-workers-shard-%d", s.shards, s.workers, index), output)
}
