package gotest

import (
	"context"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// Of returns the framework of a test.
func Of(t framework.Test) (framework.Framework, error) {
	binary, err := New(Options{
		Class: t.Label, Path: t.Program, Args: t.Args, Filter: t.Filter, FailFast: t.FailFast,
		Names: t.Names, Hooked: t.Names != nil, Parallel: min(t.Workers, 1), Dir: t.TmpDir,
		Env: t.Env, Shuffle: t.Seed, Stdin: t.Stdin, Grace: t.Grace, LeakTimeout: t.LeakTimeout,
	})
	return subject{binary, t.Workers}, err
}

// subject is a binary, and how many of its tests run at once.
type subject struct {
	*Binary
	workers int
}

// List implements framework.Framework.
func (s subject) List(ctx context.Context, batch event.Batch) ([]event.Listed, error) {
	cases, err := s.Binary.List(ctx, batch)
	return framework.Listed(cases, s.AsksFor), err
}

// Traits implements framework.Framework.
func (s subject) Traits() framework.Traits {
	return framework.Traits{
		Batches: true, Asks: s.Asks(), Whole: s.Whole(), RunsToList: s.options.Names == nil, Unlisted: s.Unlisted(),
		Style: report.Style{Grouped: s.workers > 1 && !s.Whole(), Brief: !s.Verbose()},
	}
}

// MaxFail implements framework.Limiter.
func (s subject) MaxFail() int {
	if s.FailFast() {
		return 1
	}
	return 0
}
