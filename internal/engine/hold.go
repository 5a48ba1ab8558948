package engine

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// holding is a batch that holds its groups, or the reason why it does not.
type holding struct {
	batch
	class *schedule.Class // of the cases; nil without workers
	held  lock.Held
	// number numbers what goes to a worker, from 1; 0 until it does.
	number int
	// joins decides about the cases after the first; nil if no case can join.
	joins *joins
	// outcome is the outcome of cases that could not get their groups; nil otherwise.
	outcome *event.Outcome
}

func (h holding) release() {
	if h.held != nil {
		h.held.Release()
	}
}

// release gives the groups back, and reports that.
func (r *run) release(h holding) {
	h.release()
	if h.held != nil {
		r.Sink.Handle(event.BatchReleased{Batch: h.number, At: time.Now()})
	}
}

// lostBefore is the outcome of cases whose groups are lost before they begin, which can happen
// while they wait for a worker; nil if the groups are not lost.
func (h holding) lostBefore() *event.Outcome {
	if h.held == nil || h.held.Confirm() == nil {
		return nil
	}
	return &event.Outcome{Status: event.Errored, Type: event.TypeInfrastructure, Message: "not run: " + ErrLost.Error()}
}

// hold waits for the groups of b, and regularly reports that it waits. It calls waits, unless that
// is nil, each time it begins to wait for a group.
func (r *run) hold(b batch, waits func()) holding {
	defer func() { r.waits.settle(b.cases, b.needs, time.Now()) }()
	if outcome := r.notStarted(nil); outcome != nil {
		return holding{batch: b, outcome: outcome}
	}
	if len(b.needs) == 0 {
		return holding{batch: b}
	}
	return r.acquire(b, waits)
}

func (r *run) acquire(b batch, waits func()) holding {
	wait, course := &waiting{}, newCourse(r, b.needs)
	r.Sink.Handle(event.CaseAsked{Cases: b.cases, At: course.asked})
	defer r.requests.add(wait)()
	user := lock.User{Target: r.Target, Case: nameOf(b)}
	defer r.reportWaiting(b.cases[0], user, wait)()
	defer course.ends()
	trace := lock.Trace{User: user, Acquired: course.acquires, Waiting: func(group string) {
		wait.begin(group)
		course.waits(group)
		if waits != nil {
			waits()
		}
	}}
	held, err := r.Locker.Acquire(lock.WithTrace(r.starting, trace), b.needs)
	if err != nil {
		return holding{batch: b, outcome: r.notHeld(wait, err)}
	}
	return holding{batch: b, held: course.track(held, b.needs, r.users.add(user))}
}

// notHeld distinguishes a wait that was cut short from a lock that failed.
func (r *run) notHeld(w *waiting, err error) *event.Outcome {
	if outcome := r.notStarted(w); outcome != nil {
		return outcome
	}
	return &event.Outcome{Status: event.Errored, Type: event.TypeInfrastructure, Message: err.Error()}
}

// notStarted is the outcome of a case that may no longer start, after the wait w if there was
// one; nil if it may start.
func (r *run) notStarted(w *waiting) *event.Outcome {
	outcome := &event.Outcome{Status: event.Errored}
	cause := context.Cause(r.running)
	switch {
	case cause != nil:
		outcome.Type = typeOf(cause)
	case r.starting.Err() != nil:
		cause = context.Cause(r.starting)
		outcome.Status, outcome.Type = event.Skipped, event.TypeFailFast
	default:
		return nil
	}
	outcome.Message = "not run: " + withDetail(cause.Error(), w.String())
	return outcome
}

// reportWaiting emits CaseWaiting events until the returned function is called.
func (r *run) reportWaiting(c event.Case, user lock.User, w *waiting) (stop func()) {
	done := make(chan struct{})
	var reporter sync.WaitGroup
	reporter.Go(func() {
		timer := time.NewTimer(reports[0])
		defer timer.Stop()
		for number := 0; ; number++ {
			select {
			case <-done:
				return
			case now := <-timer.C:
				if group, since := w.current(); group != "" {
					r.Sink.Handle(event.CaseWaiting{Case: c, Group: group, Since: since, Holders: r.holders(group), Why: r.why(group, user), At: now})
				}
				timer.Reset(pauseAfter(number))
			}
		}
	})
	return func() { close(done); reporter.Wait() }
}

// pauseAfter is how long it takes from a report of a wait to the next one.
func pauseAfter(number int) time.Duration {
	if number+1 < len(reports) {
		return reports[number+1] - reports[number]
	}
	return reports[len(reports)-1]
}

// nameOf says which cases a batch has.
func nameOf(b batch) string {
	name := b.cases[0].FullName()
	if more := len(b.cases) - 1; more > 0 {
		name += fmt.Sprintf(" and %d more", more)
	}
	return name
}

// why says what else user waits for, as far as the locker knows.
func (r *run) why(group string, user lock.User) string {
	return strings.Join(lock.WhyOf(r.Locker, group, user), "; ")
}
