package gotest

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// Unlisted returns a case that stands for all that the arguments and the filter
// ask for. Run runs these in one process, in which each becomes a case when it
// starts. Only if that process does not get to its end are they listed, to
// find those that are left.
func (b *Binary) Unlisted() event.Case { return processCase(b.options.Class) }

func (b *Binary) runUnlisted(ctx context.Context, report event.Report) (again [][]event.Case) {
	r := newResults(b.options.Class, nil, b.flags.repeats, report)
	r.open = true
	result, err := b.follow(ctx, b.flags.run, r)
	if err != nil {
		report.Finished(r.process, startFailure(err))
		return nil
	}
	again = r.close(result, ctx.Err() != nil, b.suspects)
	outcome := event.Outcome{Status: event.Passed}
	switch {
	case r.ended || ctx.Err() != nil:
	case result.ExitCode != 0 && len(r.order) == 0:
		outcome = r.notBegun(result)
	default:
		var left []event.Case
		left, err = b.unknown(ctx, r)
		if err != nil {
			outcome = startFailure(err).Outcome
		}
		if len(left) > 0 {
			again = append(again, left)
		}
	}
	report.Finished(r.process, event.Result{Outcome: outcome})
	return again
}

// unknown returns the cases that are asked for and did not start.
func (b *Binary) unknown(ctx context.Context, r *results) ([]event.Case, error) {
	cases, err := b.List(ctx)
	return slices.DeleteFunc(cases, func(c event.Case) bool { return r.tests[c.Name] != nil || !b.AsksFor(c) }), err
}
