package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// batchReport turns what a framework reports of a batch into events.
type batchReport struct {
	run    *run
	ctx    context.Context // its cause says why the batch was stopped
	waited time.Duration
	class  *class // of the cases; nil without workers

	mu       sync.Mutex
	started  map[event.Case]time.Time
	finished map[event.Case]bool
}

func newBatchReport(r *run, ctx context.Context, h holding) *batchReport {
	return &batchReport{
		run: r, ctx: ctx, waited: h.waited, class: h.class,
		started: map[event.Case]time.Time{}, finished: map[event.Case]bool{},
	}
}

// Started implements event.Report.
func (b *batchReport) Started(c event.Case) {
	now := time.Now()
	b.mu.Lock()
	b.started[c] = now
	b.mu.Unlock()
	b.run.Sink.Handle(event.CaseStarted{Case: c, At: now, Waited: b.waited})
}

// Output implements event.Report.
func (b *batchReport) Output(c event.Case, text []byte) {
	b.run.Sink.Handle(event.CaseOutput{Case: c, Text: text})
}

// Finished implements event.Report.
func (b *batchReport) Finished(c event.Case, result event.Result) {
	e := event.CaseFinished{Case: c, Outcome: result.Outcome, At: time.Now(), Ran: result.Ran, Waited: b.waited}
	b.mu.Lock()
	if started, ok := b.started[c]; ok && e.Ran == 0 {
		e.Ran = e.At.Sub(started)
	}
	b.finished[c] = true
	b.mu.Unlock()
	if cause := context.Cause(b.ctx); cause != nil {
		e.Outcome = cutShort(cause, e.Outcome)
	}
	if c.Sub == "" && !c.Process && b.class != nil {
		b.run.learn(b.class, e.Ran)
	}
	b.run.finish(e)
}

// cutShort is the outcome of a case that was stopped, whatever it says of
// itself.
func cutShort(cause error, o event.Outcome) event.Outcome {
	message := fmt.Sprintf("stopped: %v", cause)
	if o.Message != "" {
		message += " (" + o.Message + ")"
	}
	return event.Outcome{Status: event.Errored, Type: typeOf(cause), Message: message}
}

// left returns the batches of again, after it has reported those cases that
// the framework has neither finished nor returned: no case is ever lost.
func (b *batchReport) left(cases []event.Case, again [][]event.Case) [][]event.Case {
	known := map[event.Case]bool{}
	for _, batch := range again {
		for _, c := range batch {
			known[c] = true
		}
	}
	for _, c := range cases {
		if !b.finished[c] && !known[c] {
			b.Finished(c, event.Result{Outcome: event.Outcome{
				Status: event.Errored, Type: event.TypeInfrastructure, Message: "the framework has lost this case",
			}})
		}
	}
	return again
}
