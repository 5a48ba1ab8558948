package engine

import (
	"context"
	"errors"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// timeout is implemented by causes that are time limits, as net.Error is.
type timeout interface{ Timeout() bool }

func typeOf(cause error) string {
	var t timeout
	switch {
	case errors.Is(cause, ErrBudget), errors.As(cause, &t) && t.Timeout():
		return event.TypeTimeout
	case errors.Is(cause, ErrLost):
		return event.TypeInfrastructure
	}
	return event.TypeInterrupted
}

// execute runs the cases of a batch that holds its groups, and gives them back.
func (r *run) execute(h holding) {
	if h.held != nil {
		defer h.held.Release()
	}
	for next := [][]event.Case{h.cases}; len(next) > 0; next = next[1:] {
		if h.outcome == nil {
			h.outcome = r.notStarted(nil)
		}
		if h.outcome != nil {
			r.finishAll(next[0], h)
			continue
		}
		next = append(next, r.runBatch(next[0], h)...)
	}
}

// finishAll reports cases that do not start.
func (r *run) finishAll(cases []event.Case, h holding) {
	for _, c := range cases {
		r.finish(event.CaseFinished{Case: c, Outcome: *h.outcome, At: time.Now(), Waited: h.waited})
	}
}

// runBatch runs the framework, stops it when the run ends or a group is lost,
// and returns what it has left.
func (r *run) runBatch(cases []event.Case, h holding) (again [][]event.Case) {
	ctx, cancel := context.WithCancelCause(r.running)
	defer cancel(nil)
	defer watchLoss(ctx, h.held, cancel)()
	report := newBatchReport(r, ctx, h)
	r.budget.start()
	again = r.Framework.Run(ctx, cases, report)
	r.budget.stop()
	return report.left(cases, again)
}

// watchLoss cancels with ErrLost if held is lost before the returned function
// is called.
func watchLoss(ctx context.Context, held lock.Held, cancel context.CancelCauseFunc) (stop func()) {
	if held == nil || held.Lost() == nil {
		return func() {}
	}
	lost := held.Lost()
	done := make(chan struct{})
	go func() {
		select {
		case <-lost:
			cancel(ErrLost)
		case <-ctx.Done():
		case <-done:
		}
	}()
	return func() { close(done) }
}

func (r *run) finish(e event.CaseFinished) {
	if e.Outcome.Bad() && r.FailFast {
		r.stopStarting(errFailFast)
	}
	r.Sink.Handle(e)
}
