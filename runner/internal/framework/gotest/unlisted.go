package gotest

import (
	"context"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Unlisted returns a case that stands for everything that the arguments and the filter select.
// Run runs these tests in one process, in which each becomes a case when it starts. They are
// listed only if that process does not get to its end, to find the remaining ones. If the build
// knows the cases, Unlisted returns none.
func (b *Binary) Unlisted() event.Case {
	if b.options.Names != nil {
		return event.Case{}
	}
	return processCase(b.options.Class)
}

func (b *Binary) runUnlisted(ctx context.Context, batch event.Batch, report event.Report) (again [][]event.Case) {
	r := b.newResults(nil, report)
	r.open = true
	end, err := b.follow(ctx, batch, b.flags.run, r)
	if err == nil && !r.ended && !end.stopped {
		if len(r.order) == 0 && end.ExitCode != 0 && end.run == notRun {
			report.Finished(r.process, event.Result{Outcome: r.notBegun(end)})
			return nil
		}
		err = b.addUnknown(ctx, batch, r)
	}
	if err != nil {
		report.Finished(r.process, startFailure(err))
	}
	again = r.close(end, b.suspects)
	report.Finished(r.process, r.ofProcess(end.Result))
	return again
}

// addUnknown adds the tests that are selected and did not start.
func (b *Binary) addUnknown(ctx context.Context, batch event.Batch, r *results) error {
	cases, err := b.List(ctx, batch)
	for _, c := range cases {
		if r.tests[c.Name] == nil && b.AsksFor(c) {
			r.add(c)
		}
	}
	return err
}
