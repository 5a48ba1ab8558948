package adapter

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// turn is a batch that a worker runs.
type turn struct {
	program *Program
	worker  *worker
	report  event.Report
	left    []event.Case
	running *event.Case
}

func (t *turn) run(ctx context.Context, batch event.Batch) (again [][]event.Case) {
	c := command{
		Command: "run", Env: t.program.options.CaseEnv(batch),
		// Nothing that a case has set up may use a group that it does not hold.
		EndScopes: batch.Holds,
	}
	for _, one := range batch.Cases {
		c.Cases = append(c.Cases, one.Name)
	}
	t.worker.send(c)
	out := &output{report: t.report, quiet: !t.worker.ready}
	for {
		m, err := t.worker.next(ctx, out)
		if err != nil {
			return t.close(ctx, out, err)
		}
		if m.Event == "done" {
			return nil
		}
		t.handle(m, out)
	}
}

func (t *turn) handle(m message, out *output) {
	switch m.Event {
	case "ready":
		t.worker.ready, out.quiet = true, false
	case "started":
		if c := t.lookup(m.Case); c != nil {
			t.running, out.c, out.last = c, *c, nil
			t.report.Started(*c)
		}
	case "finished":
		c := t.lookup(m.Case)
		if c != nil && m.Output != "" {
			t.report.Output(*c, []byte(m.Output+"\n"))
		}
		if c != nil && m.Part != "" {
			c.Sub = m.Part
			t.report.Finished(*c, m.result())
			return
		}
		if c != nil {
			t.report.Finished(*c, m.result())
			t.left = slices.DeleteFunc(t.left, func(other event.Case) bool { return other == *c })
		}
		t.running, out.c = nil, event.Case{}
	case "warning":
		t.report.Output(event.Case{}, []byte(t.program.warning(m)))
	case "failed":
		t.program.fail(t.report, m.Message)
	}
}

func (t *turn) lookup(name string) *event.Case {
	for i := range t.left {
		if t.left[i].Name == name {
			c := t.left[i]
			return &c
		}
	}
	return nil
}

// close is for a worker that has ended amid its turn, or is to be stopped. The
// case that ran ends with it; those that did not run another time.
func (t *turn) close(ctx context.Context, out *output, err error) (again [][]event.Case) {
	t.program.forget(t.worker)
	if ctx.Err() != nil {
		t.worker.stop(out)
	}
	message := err.Error()
	if t.worker.result.Signal == "" {
		message += out.tail()
	}
	if t.running == nil && !t.worker.ready && ctx.Err() == nil {
		for _, c := range t.left {
			t.report.Finished(c, event.Result{Outcome: event.Outcome{
				Status: event.Errored, Type: event.TypeStart, Message: "before any of its tests began, " + message,
			}})
		}
		return nil
	}
	if t.running != nil {
		c := *t.running
		t.left = slices.DeleteFunc(t.left, func(other event.Case) bool { return other == c })
		t.report.Finished(c, event.Result{Outcome: event.Outcome{
			Status: event.Failed, Type: event.TypeExit, Message: message, ExitCode: t.worker.result.ExitCode,
		}})
	} else if ctx.Err() == nil {
		t.program.fail(t.report, "between two tests, "+message)
	}
	if len(t.left) == 0 {
		return nil
	}
	return [][]event.Case{t.left}
}
