package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// timeout is implemented by causes that are time limits, as by net.Error.
type timeout interface{ Timeout() bool }

func typeOf(cause error) string {
	var t timeout
	switch {
	case errors.As(cause, &t) && t.Timeout():
		return event.TypeTimeout
	case errors.Is(cause, ErrLost):
		return event.TypeInfrastructure
	}
	return event.TypeInterrupted
}

// execute runs the cases of a batch that holds its groups. It returns the cases to run again.
func (r *run) execute(h holding, worker int) (retries []retry) {
	r.waits.settleOnce(h.cases[0], h.needs, time.Now()) // it may have joined a share
	for next := [][]event.Case{h.cases}; len(next) > 0; next = next[1:] {
		if h.outcome == nil {
			h.outcome = cmp.Or(r.notStarted(nil), h.lostBefore())
		}
		if h.outcome != nil {
			r.finishAll(next[0], h)
			continue
		}
		again, bad := r.runBatch(next[0], h, worker)
		next, retries = append(next, again...), append(retries, bad...)
	}
	return retries
}

// finishAll reports cases that do not start.
func (r *run) finishAll(cases []event.Case, h holding) {
	for _, c := range cases {
		if h.joins != nil && !h.joins.has(c) {
			continue // it is still in its class
		}
		_, waited := r.waits.of(c)
		r.finish(event.CaseFinished{Case: c, Outcome: *h.outcome, At: time.Now(), Waited: waited})
	}
}

// runBatch runs the framework, and returns what it has left. It stops the framework when the run
// ends, a group is lost or a case takes too long.
func (r *run) runBatch(cases []event.Case, h holding, worker int) (again [][]event.Case, retries []retry) {
	ctx, cancel := context.WithCancelCause(r.running)
	defer cancel(nil)
	defer watchLoss(ctx, h.held, cancel)()
	report := newBatchReport(r, ctx, h, worker, newStopwatches(r.CaseTimeout, cancel))
	defer report.watches.stopAll()
	batch := event.Batch{Cases: cases, Worker: worker, Holds: len(h.needs) > 0, Attempt: r.attempts.next(cases[0])}
	if h.joins != nil {
		batch.MayGoOn = h.mayGoOn
	}
	if h.held != nil {
		batch.Grants, batch.Lost = h.held.Grants(), h.held.Lost()
	}
	r.budget.start()
	batch.Deadline, batch.Stop = r.deadlineOf(cases), r.starting.Done()
	again = r.Framework.Run(ctx, batch, report)
	r.budget.stop()
	again = report.left(cases, again)
	return h.withoutWithdrawn(again), report.retries
}

// deadlineOf returns when a batch that starts now will be stopped: at the next limit of the run,
// or of its only case.
func (r *run) deadlineOf(cases []event.Case) time.Time {
	var limits []time.Time
	if deadline, ok := r.running.Deadline(); ok {
		limits = append(limits, deadline)
	}
	if left, ok := r.budget.remaining(); ok {
		limits = append(limits, time.Now().Add(left))
	}
	if r.CaseTimeout > 0 && len(cases) == 1 {
		limits = append(limits, time.Now().Add(r.CaseTimeout))
	}
	if len(limits) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(limits, time.Time.Compare)
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
	if e.Case.Sub == "" {
		r.attempts.settle(&e)
		if e.Outcome.Bad() && int(r.bad.Add(1)) == r.MaxFail {
			r.stopStarting(maxFailError(r.MaxFail))
		}
	}
	r.Sink.Handle(e)
}
