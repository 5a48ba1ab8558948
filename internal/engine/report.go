package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// batchReport turns what a framework reports of a batch into events.
type batchReport struct {
	run     *run
	ctx     context.Context // its cause says why the batch was stopped
	held    lock.Held
	turn    event.Turn // of each case, but for when it was queued
	needs   []group.Need
	class   *schedule.Class // of the cases; nil without workers
	joins   *joins
	begun   time.Time
	watches *stopwatches

	mu       sync.Mutex
	started  map[event.Case]time.Time // later by each pause
	paused   map[event.Case]time.Time // since when
	finished map[event.Case]event.Status
	cut      []event.Case // stopped because of another case
	retries  []retry
}

func newBatchReport(r *run, ctx context.Context, h holding, worker int, watches *stopwatches) *batchReport {
	turn := event.Turn{Worker: worker, Batch: h.number}
	turn.Asked, turn.Held = trackOf(h.held)
	return &batchReport{
		run: r, ctx: ctx, held: h.held, turn: turn, needs: h.needs, class: h.class, joins: h.joins, begun: time.Now(), watches: watches,
		started: map[event.Case]time.Time{}, paused: map[event.Case]time.Time{}, finished: map[event.Case]event.Status{},
	}
}

// Started implements event.Report.
func (b *batchReport) Started(c event.Case) {
	now := time.Now()
	b.mu.Lock()
	first := len(b.started) == 0
	b.started[c] = now
	b.mu.Unlock()
	if first {
		b.Begun()
		took := now.Sub(b.begun)
		b.run.learnStart(took)
		if b.joins != nil {
			b.joins.paid(took)
		}
	}
	b.run.waits.settleOnce(c.Whole(), b.needs, now) // it may have joined another case
	turn := b.turn
	e := event.CaseStarted{Case: c, Attempt: b.run.attempts.next(c), At: now, Turn: &turn}
	turn.Queued, e.Waited = b.run.waits.of(c.Whole())
	if turn.Queued.After(turn.Asked) && len(turn.Held) > 0 {
		turn.Asked = turn.Queued // it is retried, and shares what another one has asked for
	}
	b.run.Sink.Handle(e)
	b.watches.start(c)
}

// waitedBy returns how long a case has waited for what the batch holds.
func (b *batchReport) waitedBy(c event.Case) time.Duration {
	_, waited := b.run.waits.of(c.Whole())
	return waited
}

// Begun implements event.Beginning.
func (b *batchReport) Begun() {
	if b.held != nil {
		b.held.Begun()
	}
}

// Paused implements event.Report.
func (b *batchReport) Paused(c event.Case) {
	b.watches.pause(c)
	b.mu.Lock()
	b.paused[c] = time.Now()
	b.mu.Unlock()
	if b.joins != nil {
		b.joins.pauses(c)
	}
}

// Resumed implements event.Report.
func (b *batchReport) Resumed(c event.Case) {
	b.resume(c)
	b.watches.start(c)
}

// resume ends the pause of a case, if it is in one.
func (b *batchReport) resume(c event.Case) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if since, paused := b.paused[c]; paused {
		b.started[c] = b.started[c].Add(time.Since(since))
		delete(b.paused, c)
	}
}

// Output implements event.Report.
func (b *batchReport) Output(c event.Case, text []byte) {
	b.run.Sink.Handle(event.CaseOutput{Case: c, Text: text})
}

// Finished implements event.Report.
func (b *batchReport) Finished(c event.Case, result event.Result) {
	b.watches.pause(c)
	b.resume(c)
	hadPaused := b.joins != nil && b.joins.ends(c)
	if result.Forgiven {
		b.run.Sink.Handle(event.CaseFinished{Case: c, Outcome: result.Outcome, At: time.Now(), Amends: true, Forgiven: true})
		return
	}
	if result.Stops != "" {
		b.run.stopStarting(stopError(result.Stops))
	}
	if b.joins != nil && c.Sub == "" && !c.Process && !b.joins.take(c) {
		return // another process has it
	}
	if b.amend(c, result) || b.isCut(c, result.Outcome) {
		return
	}
	e := b.describe(c, result)
	if c.Sub == "" && !c.Process {
		if b.class != nil {
			b.run.learn(b.class, e.Ran)
		}
		if hadPaused {
			b.joins.ran(e.Ran)
		}
		if e.Outcome.Bad() && b.retry(e) {
			return
		}
	}
	b.run.finish(e)
}

// amend takes a further result of a case that has finished. Only a worse result counts, and it is
// the last one.
func (b *batchReport) amend(c event.Case, result event.Result) bool {
	b.mu.Lock()
	before, finished := b.finished[c]
	b.mu.Unlock()
	if !finished || c.Process || result.Distinct {
		return false
	}
	if !before.Bad() && result.Outcome.Bad() {
		e := b.describe(c, result)
		e.Amends, e.Before = true, before
		b.run.finish(e)
	}
	return true
}

// isCut reports whether a case was stopped because another one took too long.
func (b *batchReport) isCut(c event.Case, outcome event.Outcome) bool {
	if !isOfAnother(context.Cause(b.ctx), c) || !outcome.Bad() {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.Sub == "" && !c.Process && !b.hasFinished(c) {
		b.finished[c] = event.Errored
		b.cut = append(b.cut, c)
	}
	return true
}

// isOfAnother reports whether a batch was stopped because a case other than c took too long.
func isOfAnother(cause error, c event.Case) bool {
	var timeout caseTimeoutError
	return errors.As(cause, &timeout) && timeout.c != c.Whole()
}

// describe turns a result into an event.
func (b *batchReport) describe(c event.Case, result event.Result) event.CaseFinished {
	e := event.CaseFinished{
		Case: c, Outcome: result.Outcome, At: time.Now(), Ran: result.Ran, Waited: b.waitedBy(c), Leak: result.Leak, Note: result.Note,
		Properties: result.Properties, Attributes: result.Attributes, Forgiven: result.Forgiven,
	}
	b.mu.Lock()
	if started, ok := b.started[c]; ok {
		e.Attempt = b.run.attempts.next(c)
		if e.Ran == 0 {
			e.Ran = e.At.Sub(started)
		}
	}
	b.finished[c] = event.Errored // until it is known
	b.mu.Unlock()
	defer func() { b.remember(c, e.Outcome) }()
	if e.Leak != "" && b.run.LeaksFail && e.Outcome.Status == event.Passed {
		e.Outcome = event.Outcome{Status: event.Failed, Type: event.TypeLeak, Message: e.Leak}
	}
	var why []string
	if e.Outcome.Bad() {
		// Before the cause: whoever looks may learn that the groups are lost.
		why = lock.ExplanationOf(b.held)
	}
	if cause := b.cause(); cause != nil && !isOfAnother(cause, c) {
		e.Outcome = cutShort(cause, e.Outcome)
	}
	explain(&e, why)
	return e
}

// explain adds to a bad end what the groups know of it, for people.
func explain(e *event.CaseFinished, why []string) {
	for _, text := range why {
		e.Note = strings.TrimPrefix(e.Note+"; "+text, "; ")
		e.Outcome.Message += "\nnote: " + text
	}
}

func (b *batchReport) hasFinished(c event.Case) bool {
	_, finished := b.finished[c]
	return finished
}

func (b *batchReport) remember(c event.Case, o event.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.finished[c] = o.Status
}

// cause returns why the batch was stopped, or should have been. A process that is stopped
// together with its cases learns that a group is lost only when it goes on, and then a case may
// finish before anybody has told it.
func (b *batchReport) cause() error {
	if cause := context.Cause(b.ctx); cause != nil {
		return cause
	}
	if b.held != nil && b.held.Confirm() != nil {
		return ErrLost
	}
	return nil
}

// retry arranges for a bad case to run again; false if it does not.
func (b *batchReport) retry(e event.CaseFinished) bool {
	if b.run.starting.Err() != nil {
		return false
	}
	delay, ok := b.run.attempts.again(e.Case, e.Outcome)
	if !ok {
		return false
	}
	b.mu.Lock()
	b.retries = append(b.retries, retry{c: e.Case, ran: e.Ran, at: e.At.Add(delay)})
	b.mu.Unlock()
	b.run.Sink.Handle(event.CaseRetried{
		Case: e.Case, Attempt: max(e.Attempt, 1), Outcome: e.Outcome, Ran: e.Ran, Delay: delay, At: e.At,
	})
	return true
}

// cutShort is the outcome of a case that was stopped, whatever the case itself reports.
func cutShort(cause error, o event.Outcome) event.Outcome {
	word := "stopped"
	if typeOf(cause) == event.TypeTimeout {
		word = "timed out"
	}
	detail := ""
	if o.Message != "" && !endedWhenAsked(o) {
		detail = " (" + o.Message + ")"
	}
	return event.Outcome{Status: event.Errored, Type: typeOf(cause), Message: word + ": " + withDetail(cause.Error(), detail)}
}

// endedWhenAsked reports whether all that a case says of itself is the signal by which it
// was stopped.
func endedWhenAsked(o event.Outcome) bool {
	const terminated = 128 + 15
	return o.Type == event.TypeSignal && o.ExitCode == terminated
}

// withDetail adds to the first line of a message. Those behind it are hints.
func withDetail(message, detail string) string {
	line, hints, more := strings.Cut(message, "\n")
	if more {
		hints = "\n" + hints
	}
	return line + detail + hints
}

// joined reports whether a case of the batch was meant to run.
func (b *batchReport) joined(c event.Case) bool { return b.joins == nil || b.joins.has(c) }

// left returns the batches of cases that have not finished: the batches of again, and the cases
// that were stopped because of another case. It reports the cases that the framework has neither
// finished nor returned. So no case is ever lost, and no finished case runs again.
func (b *batchReport) left(cases []event.Case, again [][]event.Case) [][]event.Case {
	known := map[event.Case]bool{}
	var left [][]event.Case
	for _, batch := range again {
		batch = slices.DeleteFunc(slices.Clone(batch), func(c event.Case) bool { return b.hasFinished(c) || known[c] })
		for _, c := range batch {
			known[c] = true
		}
		if len(batch) > 0 {
			left = append(left, batch)
		}
	}
	for _, c := range cases {
		if !b.hasFinished(c) && !known[c] && b.joined(c) {
			b.Finished(c, event.Result{Outcome: event.Outcome{
				Status: event.Errored, Type: event.TypeInfrastructure, Message: "the framework has lost this case",
			}})
		}
	}
	if len(b.cut) > 0 {
		left = append(left, b.cut)
	}
	return left
}
