package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/sleeping"
)

// The values of tests.bzl and zipf.bzl: the number of cases, their duration, and the number of
// workers.
const (
	overlapping    = 400
	overlapTakes   = 50 * time.Millisecond
	overlapWorkers = 8
)

// overlappingGroups compares the makespan of cases that wait for one another's groups, of capacity
// 1, with the bound.
func overlappingGroups(stage *harness.Stage, table *harness.Table) error {
	const rounds = 5
	bound, err := overlapBound(stage.Path("zipf_test.interlock.json"))
	if err != nil {
		return err
	}
	results, err := harness.Interleave(rounds, func() (time.Duration, error) {
		outputs := stage.File("test.outputs")
		if err := errors.Join(os.RemoveAll(outputs), os.Mkdir(outputs, 0o755)); err != nil {
			return 0, err
		}
		if _, err := stage.StartTest("zipf_test", overlapping); err != nil {
			return 0, err
		}
		return span(filepath.Join(outputs, sleeping.LogName))
	})
	if err != nil {
		return err
	}
	table.Compare("400 tests of 50 ms in 12 overlapping groups, 8 workers", harness.Samples{bound}, results[0], harness.RatioAtMost(1.06))
	return nil
}

// overlapBound is the least time that the cases of a manifest can take: that of all workers
// together, or of the largest group.
func overlapBound(manifest string) (time.Duration, error) {
	text, err := os.ReadFile(manifest)
	if err != nil {
		return 0, err
	}
	var m struct{ Groups []struct{ Cases []struct{} } }
	if err := json.Unmarshal(text, &m); err != nil {
		return 0, err
	}
	bound := overlapping * overlapTakes / overlapWorkers
	for _, g := range m.Groups {
		bound = max(bound, time.Duration(len(g.Cases))*overlapTakes)
	}
	return bound, nil
}

// span is the time from the first case's beginning to the last one's end.
func span(log string) (time.Duration, error) {
	events, err := sleeping.ReadLog(log)
	if err != nil {
		return 0, err
	}
	if len(events) != 2*overlapping {
		return 0, fmt.Errorf("%s: %d lines, want two of each of %d cases", log, len(events), overlapping)
	}
	byTime := func(a, b sleeping.Event) int { return a.At.Compare(b.At) }
	return slices.MaxFunc(events, byTime).At.Sub(slices.MinFunc(events, byTime).At), nil
}
