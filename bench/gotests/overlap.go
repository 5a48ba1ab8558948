package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// What tests.bzl and zipf.bzl make: so many cases of so long on so many workers.
const (
	overlapping    = 400
	overlapTakes   = 50 * time.Millisecond
	overlapWorkers = 8
)

// overlappingGroups measures how close to the bound cases run that hold groups of
// capacity 1, which each of them takes from another one.
func overlappingGroups(stage *harness.Stage, table *harness.Table) error {
	const rounds = 5
	bound, err := overlapBound(stage.Path("zipf_test.interlock.json"))
	if err != nil {
		return err
	}
	results, err := harness.Interleave(rounds, func() (time.Duration, error) {
		_ = os.Remove(stage.File("journal"))
		if _, err := stage.StartTest("zipf_test", overlapping); err != nil {
			return 0, err
		}
		return span(stage.File("journal"))
	})
	if err != nil {
		return err
	}
	table.Compare("400 tests of 50 ms in 12 overlapping groups, 8 workers", harness.Samples{bound}, results[0], harness.RatioAtMost(1.06))
	return nil
}

// overlapBound is the least time that the cases of a manifest can take: that of
// all workers together, or of the largest group.
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

// span is the time between the first and the last line of a journal, which have
// times in nanoseconds behind the name of a case.
func span(journal string) (time.Duration, error) {
	text, err := os.ReadFile(journal)
	if err != nil {
		return 0, err
	}
	var first, last int64
	lines := 0
	for line := range strings.Lines(string(text)) {
		var name string
		var at int64
		if _, err := fmt.Sscan(line, &name, &at); err != nil {
			return 0, fmt.Errorf("journal: %q: %w", line, err)
		}
		if lines++; lines == 1 || at < first {
			first = at
		}
		last = max(last, at)
	}
	if lines != 2*overlapping {
		return 0, fmt.Errorf("journal: %d lines, want two of each of %d cases", lines, overlapping)
	}
	return time.Duration(last - first), nil
}
