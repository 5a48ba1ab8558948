package protocol

import (
	"context"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Close ends all processes, which tear down what they have set up for several cases, and reports
// what goes wrong with that.
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
	if ctx.Err() == nil {
		p.verify()
	}
	p.verified(ctx, report)
	p.payOwed(report)
	p.countWarnings(report)
	p.removeDirs()
}

// Stop ends all processes by force, if nothing will run after all.
func (p *Program) Stop() {
	p.mu.Lock()
	workers := p.workers
	p.workers = map[int]*worker{}
	p.mu.Unlock()
	for _, w := range workers {
		w.stop(nil, nil)
	}
	if p.verification != nil {
		p.verification.stop()
		<-p.verification.done
	}
	p.removeDirs()
}

func (p *Program) end(ctx context.Context, w *worker, report event.Report) {
	if !w.ready { // it has not run anything
		w.stop(nil, nil)
		return
	}
	w.out.ending = &w.said
	w.send(command{Command: "end", Retried: w.retried})
	for {
		m, err := w.next(ctx)
		if err != nil {
			break
		}
		p.hear(w, m)
	}
	if ctx.Err() != nil {
		w.stop(context.Cause(ctx), nil)
	}
	p.settle(ctx, w, report)
}
