package protocol

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// turn is a batch that a worker runs.
type turn struct {
	program *Program
	worker  *worker
	report  event.Report
	left    []event.Case
	running *event.Case
	ran     bool // a case has finished
	lost    <-chan struct{}
	stop    <-chan struct{}
}

func (t *turn) run(ctx context.Context, batch event.Batch) (again [][]event.Case) {
	t.lost, t.stop = batch.Lost, batch.Stop
	env, err := t.program.options.CaseEnv(batch)
	if err != nil {
		cannotRun(batch.Cases, err.Error(), t.report)
		return nil
	}
	c := command{
		Command: "run", Env: env,
		// Nothing that a case has set up may use a group that the case does not hold.
		EndScopes: batch.Holds,
		StopAtBad: t.program.options.StopAtBad || t.program.maxFail > 0,
	}
	for _, one := range batch.Cases {
		c.Cases = append(c.Cases, one.Name)
	}
	t.worker.send(c)
	defer t.stopWith(batch.Stop)()
	if t.worker.ready {
		t.worker.out.report = t.report
	}
	t.worker.running = true
	defer func() { t.worker.out.report, t.worker.running = nil, false }()
	for {
		m, err := t.worker.next(ctx)
		if err != nil {
			return t.close(ctx, err)
		}
		if m.Event == "done" {
			return t.done()
		}
		t.handle(m)
	}
}

// stopWith tells the worker to start no further case when stop is closed, until the
// returned function is called.
func (t *turn) stopWith(stop <-chan struct{}) (release func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-stop:
			t.worker.send(command{Command: "stop"})
		case <-done:
		}
	}()
	return func() { close(done) }
}

// done gives back what the worker has not run because a case was bad.
func (t *turn) done() (again [][]event.Case) {
	if len(t.left) == 0 {
		return nil
	}
	if t.ran || t.worker.stopped || t.stopped() {
		return [][]event.Case{t.left}
	}
	cannotRun(t.left, "the worker says that it is done, but has not run it", t.report)
	return nil
}

// stopped reports whether no further case of the run may start.
func (t *turn) stopped() bool {
	select {
	case <-t.stop:
		return true
	default:
		return false
	}
}

func (t *turn) handle(m message) {
	out := &t.worker.out
	switch m.Event {
	case "ready":
		t.program.hear(t.worker, m)
		out.report = t.report
	case "stopped":
		t.program.hear(t.worker, m)
		t.report.Finished(t.program.session(t.worker), event.Result{Stops: m.Message})
	case eventStarted:
		if c := t.lookup(m.Case); c != nil {
			t.running, out.c = c, *c
			t.report.Started(*c)
		}
	case "finished":
		c := t.lookup(m.Case)
		if c != nil && m.Output != "" {
			t.report.Output(*c, []byte(m.Output+"\n"))
		}
		if c != nil && m.Part != "" {
			c.Sub = m.Part
			result := m.result()
			result.Distinct = true // names of subtests need not be unique
			t.report.Finished(*c, result)
			return
		}
		if c != nil {
			if t.running != nil { // otherwise it could not run
				t.program.result(t.worker, *c, m)
			}
			t.report.Finished(*c, m.result())
			t.ran = true
			t.remove(*c)
		}
		t.running, out.c = nil, event.Case{}
	default:
		t.program.hear(t.worker, m)
	}
}

func (t *turn) lookup(name string) *event.Case {
	i := slices.IndexFunc(t.left, func(c event.Case) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	c := t.left[i]
	return &c
}

// remove removes a case from the remaining ones. Cases end in their order, so it is the first
// one: only the cases before it move.
func (t *turn) remove(c event.Case) {
	i := slices.Index(t.left, c)
	copy(t.left[1:i+1], t.left[:i])
	t.left = t.left[1:]
}

// close is for a worker that has ended during its turn, or will be stopped. The case that ran
// ends with it; cases that did not run are run another time.
func (t *turn) close(ctx context.Context, err error) (again [][]event.Case) {
	t.program.forget(t.worker)
	message := err.Error()
	switch {
	case ctx.Err() != nil: // the engine says why
		t.worker.stop(context.Cause(ctx), t.lost)
		message = ""
	case t.worker.result.Signal == "":
		message += t.worker.out.tail()
	}
	if t.running == nil && !t.worker.ready && ctx.Err() == nil {
		cannotRun(t.left, "before any of its tests began, "+message, t.report)
		return nil
	}
	if t.running != nil {
		c := *t.running
		t.remove(c)
		t.report.Finished(c, event.Result{Outcome: event.Outcome{
			Status: event.Failed, Type: event.TypeExit, Message: message, ExitCode: t.worker.result.ExitCode,
		}})
	} else if ctx.Err() == nil && t.worker.ending == nil {
		t.worker.complain("between two tests, " + message)
	}
	t.program.settle(ctx, t.worker, t.report)
	if len(t.left) == 0 {
		return nil
	}
	return [][]event.Case{t.left}
}
