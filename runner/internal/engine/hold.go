package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// holding is a case that holds its groups, or the reason why it does not.
type holding struct {
	Case
	held   lock.Held
	waited time.Duration
	// outcome is that of a case that could not get its groups; nil otherwise.
	outcome *event.Outcome
}

// hold waits for the groups of c and reports now and then that it waits.
func (r *run) hold(ctx context.Context, c Case) holding {
	if r.stopped(ctx) {
		return holding{Case: c}
	}
	asked := time.Now()
	wait := &waiting{}
	stopReporting := r.reportWaiting(c, wait)
	defer stopReporting()
	held, err := r.Locker.Acquire(lock.WithTrace(ctx, lock.Trace{Waiting: wait.begin}), c.Needs)
	h := holding{Case: c, held: held, waited: time.Since(asked)}
	if err != nil {
		h.outcome = notHeld(ctx, wait, err)
	}
	return h
}

// notHeld tells a wait that was cut short from a lock that failed.
func notHeld(ctx context.Context, w *waiting, err error) *event.Outcome {
	cause := context.Cause(ctx)
	if cause == nil {
		return &event.Outcome{Status: event.Errored, Type: event.TypeInfrastructure, Message: err.Error()}
	}
	message := fmt.Sprintf("not run: %v", cause)
	if group, since := w.current(); group != "" {
		message += fmt.Sprintf(", while it waited for %s since %s (%s)",
			group, since.Format(time.TimeOnly), time.Since(since).Round(time.Millisecond))
	}
	return &event.Outcome{Status: event.Errored, Type: typeOf(cause), Message: message}
}

// reportWaiting emits CaseWaiting events until the returned function is called.
func (r *run) reportWaiting(c Case, w *waiting) (stop func()) {
	done := make(chan struct{})
	var reporter sync.WaitGroup
	reporter.Go(func() {
		timer := time.NewTimer(firstReport)
		defer timer.Stop()
		for {
			select {
			case <-done:
				return
			case now := <-timer.C:
				if group, since := w.current(); group != "" {
					r.Sink.Handle(event.CaseWaiting{Case: c.Case, Group: group, Since: since, At: now})
				}
				timer.Reset(nextReport)
			}
		}
	})
	return func() { close(done); reporter.Wait() }
}

// waiting is what a case waits for at present.
type waiting struct {
	mu    sync.Mutex
	group string
	since time.Time
}

func (w *waiting) begin(group string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if group != w.group {
		w.group, w.since = group, time.Now()
	}
}

func (w *waiting) current() (group string, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.group, w.since
}
