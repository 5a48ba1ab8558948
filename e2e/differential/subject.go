package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// subject is tests that can run in two ways: the tests of a Go package, or of a pytest suite.
type subject interface {
	// prepare gets ready. If skipped is not empty, it says why the tests cannot run here.
	prepare(ctx context.Context) (skipped string, err error)
	// plain runs all tests without the runner.
	plain(ctx context.Context) (outcomes.Results, error)
	// withRunner runs all shards of the test, one after the other.
	withRunner(ctx context.Context, s setting) (outcomes.Results, error)
	// place is where they run.
	place() *site
}

// setting is how the runner is started, written as SHARDS×WORKERS.
type setting struct{ shards, workers int }

func (s setting) String() string { return fmt.Sprintf("%d×%d", s.shards, s.workers) }

// compareSides runs the tests in all ways.
func compareSides(ctx context.Context, t subject, settings []setting) packageReport {
	r := packageReport{path: t.place().part, found: map[outcomes.Difference][]setting{}}
	r.problem = fill(ctx, t, settings, &r)
	if err := remove(filepath.Join(t.place().dir, "runfiles")); err != nil && r.problem == nil {
		r.problem = err
	}
	return r
}

func fill(ctx context.Context, t subject, settings []setting, r *packageReport) error {
	skipped, err := t.prepare(ctx)
	if err != nil || skipped != "" {
		r.skipped = skipped
		return err
	}
	began := time.Now()
	first, err := t.plain(ctx)
	if limit := t.place().limit; time.Since(began) > limit {
		r.skipped = fmt.Sprintf("takes longer than %s without the runner", limit)
		return nil
	}
	if err != nil {
		return err
	}
	second, err := t.plain(ctx)
	if err != nil {
		return err
	}
	r.tests, r.subtests = first.Count()
	for _, d := range outcomes.SelfDifferences(first, second) {
		r.found[d] = nil
	}
	for _, s := range settings {
		if err := try(ctx, t, s, first, second, r); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// try runs the tests with one setting of the runner. If it finds a difference for the first time,
// it runs them again, to see whether the difference is stable.
func try(ctx context.Context, t subject, s setting, first, second outcomes.Results, r *packageReport) error {
	ours, err := t.withRunner(ctx, s)
	if err != nil {
		return err
	}
	found := outcomes.Compare(first, second, ours)
	if r.hasAll(found) {
		r.add(s, found)
		return nil
	}
	again, err := t.withRunner(ctx, s)
	if err != nil {
		return err
	}
	r.add(s, outcomes.Confirmed(found, outcomes.Compare(first, second, again)))
	return nil
}
