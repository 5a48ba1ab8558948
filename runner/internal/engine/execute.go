package engine

import (
	"context"
	"errors"
	"fmt"
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

// execute runs a case that holds its groups, and gives them back.
func (r *run) execute(h holding) {
	if h.held != nil {
		defer h.held.Release()
	}
	if h.outcome == nil {
		h.outcome = r.notStarted(nil)
	}
	if h.outcome != nil {
		r.finish(h, *h.outcome, time.Time{})
		return
	}
	started := time.Now()
	r.Sink.Handle(event.CaseStarted{Case: h.Case.Case, At: started, Waited: h.waited})
	r.budget.start()
	outcome := r.runCase(h)
	r.budget.stop()
	r.finish(h, outcome, started)
}

// runCase runs the framework, and stops it when the run ends or a group is lost.
func (r *run) runCase(h holding) event.Outcome {
	ctx, cancel := context.WithCancelCause(r.running)
	defer cancel(nil)
	defer watchLoss(ctx, h.held, cancel)()
	outcome := r.Framework.Run(ctx, h.Case.Case, event.Output{Case: h.Case.Case, Sink: r.Sink})
	cause := context.Cause(ctx)
	if cause == nil {
		return outcome
	}
	// Whatever the case says of itself, it was cut short.
	message := fmt.Sprintf("stopped: %v", cause)
	if outcome.Message != "" {
		message += " (" + outcome.Message + ")"
	}
	return event.Outcome{Status: event.Errored, Type: typeOf(cause), Message: message}
}

// watchLoss cancels with ErrLost if held is lost before the returned function
// is called.
func watchLoss(ctx context.Context, held lock.Held, cancel context.CancelCauseFunc) (stop func()) {
	lost := held.Lost()
	if lost == nil {
		return func() {}
	}
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

func (r *run) finish(h holding, outcome event.Outcome, started time.Time) {
	if outcome.Bad() && r.FailFast {
		r.stopStarting(errFailFast)
	}
	finished := event.CaseFinished{Case: h.Case.Case, Outcome: outcome, At: time.Now(), Waited: h.waited}
	if !started.IsZero() {
		finished.Ran = finished.At.Sub(started)
	}
	r.Sink.Handle(finished)
}
