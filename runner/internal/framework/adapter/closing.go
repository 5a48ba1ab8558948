package adapter

import (
	"context"
	"os"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// Close ends all processes, which end what they have set up for several cases,
// and reports what goes wrong with that.
func (p *Program) Close(ctx context.Context, report event.Report) {
	p.mu.Lock()
	workers := p.workers
	p.workers = map[int]*worker{}
	p.mu.Unlock()
	var ending sync.WaitGroup
	for _, w := range workers {
		ending.Go(func() { p.end(ctx, w, report) })
	}
	ending.Wait()
	_ = os.RemoveAll(p.pipes)
}

// Stop ends all processes by force, when nothing is to run after all.
func (p *Program) Stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.workers {
		w.stop(nil, nil)
	}
	p.workers = map[int]*worker{}
	_ = os.RemoveAll(p.pipes)
}

func (p *Program) end(ctx context.Context, w *worker, report event.Report) {
	if !w.ready { // it has not run anything
		w.stop(nil, nil)
		return
	}
	w.send(command{Command: "end"})
	w.out.report = report
	ended, code := false, 0
	for {
		m, err := w.next(ctx)
		if err != nil {
			break
		}
		switch m.Event {
		case "failed":
			p.fail(report, m.Message)
		case "warning":
			report.Output(event.Case{}, []byte(p.warning(m)))
		case "ended":
			ended, code = true, m.Exit
		}
	}
	if ctx.Err() != nil {
		w.stop(context.Cause(ctx), nil)
		return
	}
	switch result := w.result; {
	case w.err != nil:
		p.fail(report, w.err.Error())
	case !ended || result.ExitCode != code:
		p.fail(report, "the process of the tests ended with "+describe(result)+", although its tests had run"+w.out.tail())
	case result.Leak != "":
		report.Finished(p.process(), event.Result{Leak: "the process of the tests " + result.Leak})
	}
}

func (p *Program) process() event.Case {
	return event.Case{Name: "session", Class: p.options.Class, Process: true}
}

func (p *Program) fail(report event.Report, message string) {
	report.Finished(p.process(), event.Result{Outcome: event.Outcome{
		Status: event.Failed, Type: event.TypeExit, Message: message,
	}})
}
