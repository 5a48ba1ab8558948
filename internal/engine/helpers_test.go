package engine_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

const db, port = "//:db", "//:port"

// newCase returns a case that needs a unit of each of groups.
func newCase(name string, groups ...string) schedule.Case {
	c := schedule.Case{Case: event.Case{Name: name, Class: "suite"}}
	for _, g := range groups {
		c.Needs = append(c.Needs, group.Need{Group: g, Weight: 1})
	}
	return c
}

// newLocker returns a locker in which each of groups has capacity 1.
func newLocker(groups ...string) lock.Locker {
	var described []group.Group
	for _, label := range groups {
		described = append(described, group.Group{Label: label, Name: label, Scope: group.Process, Definition: group.Definition{Capacity: 1}})
	}
	return process.New(described)
}

// occupy holds groups until the returned function is called.
func occupy(t *testing.T, locker lock.Locker, groups ...string) (release func()) {
	t.Helper()
	held, err := locker.Acquire(t.Context(), newCase("", groups...).Needs)
	if err != nil {
		t.Fatal(err)
	}
	return held.Release
}

// framework runs a case by calling it.
type framework func(ctx context.Context, name string) event.Outcome

func (f framework) Run(ctx context.Context, batch event.Batch, report event.Report) [][]event.Case {
	for _, c := range batch.Cases {
		report.Started(c)
		report.Finished(c, event.Result{Outcome: f(ctx, c.Name)})
	}
	return nil
}

// passAfter is a framework whose cases pass after d, unless they are stopped.
func passAfter(d time.Duration) framework {
	return func(ctx context.Context, _ string) event.Outcome {
		select {
		case <-time.After(d):
			return event.Outcome{}
		case <-ctx.Done():
			return event.Outcome{Status: event.Failed, Type: event.TypeSignal, Message: "killed by signal: terminated", ExitCode: 143}
		}
	}
}

// failing is a framework in which the named cases fail at once, and the others pass after d.
func failing(d time.Duration, names ...string) framework {
	return func(ctx context.Context, name string) event.Outcome {
		if slices.Contains(names, name) {
			return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: "exit code 1", ExitCode: 1}
		}
		return passAfter(d)(ctx, name)
	}
}

// lockerFunc is a locker that is one function.
type lockerFunc func(ctx context.Context, needs []group.Need) (lock.Held, error)

func (f lockerFunc) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	return f(ctx, needs)
}

// recorder keeps every event.
type recorder struct {
	mu     sync.Mutex
	events []event.Event
}

func (r *recorder) Handle(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// run runs cases and returns what happened.
func run(ctx context.Context, options engine.Options, cases ...schedule.Case) *recorder {
	r := &recorder{}
	options.Sink = r
	engine.Run(ctx, options, cases)
	return r
}

// eventsOf returns the events of one type.
func eventsOf[E event.Event](r *recorder) []E {
	var found []E
	for _, e := range r.events {
		if e, ok := e.(E); ok {
			found = append(found, e)
		}
	}
	return found
}

// started returns the names of cases in the order in which they started.
func (r *recorder) started() []string {
	var names []string
	for _, e := range eventsOf[event.CaseStarted](r) {
		names = append(names, e.Case.Name)
	}
	return names
}

// finished returns how the named case finished.
func (r *recorder) finished(t *testing.T, name string) event.CaseFinished {
	t.Helper()
	for _, e := range eventsOf[event.CaseFinished](r) {
		if e.Case.Name == name {
			return e
		}
	}
	t.Fatalf("case %s has not finished", name)
	panic("unreachable")
}

// wantOutcome fails the test unless the named case had that outcome.
func (r *recorder) wantOutcome(t *testing.T, name string, status event.Status, kind string) event.Outcome {
	t.Helper()
	o := r.finished(t, name).Outcome
	if o.Status != status || o.Type != kind {
		t.Errorf("case %s: got %+v, want %v %q", name, o, status, kind)
	}
	return o
}
