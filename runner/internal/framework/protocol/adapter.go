// Package protocol is the framework for programs that speak the runner's protocol
// (docs/reference/adapters.md), such as pytest with our plugin. They are long-lived processes,
// one for each worker, that find their cases once and then run what they are told.
package protocol

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Program is a program and its worker processes.
type Program struct {
	options Options

	starting chan struct{} // has room for the processes that may start at a time

	// What the listing says.
	broken   map[event.Case]message // what is there instead of cases that can run
	position map[event.Case]int
	names    []string
	digest   string // of the names
	suite    string
	note     string
	maxFail  int
	partial  bool

	// maxWarnings is the number of warnings after which the run is bad; -1 means never.
	maxWarnings int

	compared     atomic.Int32 // processes whose list was compared with the first one's
	verification *verification

	mu       sync.Mutex
	pipes    string // the folder of the pipes; empty before there is one
	shared   string // the folder of the workers' temporary files
	started  int    // processes
	workers  map[int]*worker
	told     map[string]bool // what the log has, and must have only once
	warnings int
	bad      map[event.Case]*worker  // which reported the last attempt as bad
	owed     map[event.Case][]string // what is bad about sessions that were cut short
}

// New returns the program that options describe.
func New(options Options) *Program {
	return &Program{
		options: options, broken: map[event.Case]message{}, position: map[event.Case]int{},
		workers: map[int]*worker{}, told: map[string]bool{}, starting: make(chan struct{}, runtime.NumCPU()),
		bad: map[event.Case]*worker{}, owed: map[event.Case][]string{}, maxWarnings: -1,
	}
}

// Prepare implements engine.Preparer. At most as many processes start at a time as there are
// CPUs, so that the first ones are ready sooner.
func (p *Program) Prepare(ctx context.Context, number int) {
	select {
	case p.starting <- struct{}{}:
		defer func() { <-p.starting }()
	case <-ctx.Done():
		return
	}
	w, err := p.worker(number, false)
	for err == nil && !w.ready {
		var m message
		if m, err = w.next(ctx); err == nil {
			p.hear(w, m)
		}
	}
}

// worker returns the process of a worker, and starts it if necessary.
func (p *Program) worker(number int, lists bool) (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.workers[number]; w != nil {
		return w, nil
	}
	w, err := p.start(number, lists)
	if err == nil {
		p.workers[number] = w
	}
	return w, err
}

func (p *Program) forget(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.workers[w.number] == w {
		delete(p.workers, w.number)
	}
}

// Run implements engine.Framework.
func (p *Program) Run(ctx context.Context, batch event.Batch, report event.Report) (again [][]event.Case) {
	batch.Cases = slices.DeleteFunc(slices.Clone(batch.Cases), func(c event.Case) bool {
		m, broken := p.broken[once(c)]
		if broken {
			reportBroken(c, m, report)
		}
		return broken
	})
	if len(batch.Cases) == 0 {
		return nil
	}
	if !p.options.Ordered { // neighbours share fixtures
		slices.SortStableFunc(batch.Cases, func(a, b event.Case) int { return p.position[once(a)] - p.position[once(b)] })
	}
	p.retry(batch.Cases)
	w, err := p.worker(batch.Worker, false)
	if err != nil {
		cannotRun(batch.Cases, err.Error(), report)
		return nil
	}
	t := &turn{program: p, worker: w, report: report, left: slices.Clone(batch.Cases)}
	return t.run(ctx, batch)
}

// reportBroken reports what is there instead of cases.
func reportBroken(c event.Case, m message, report event.Report) {
	report.Started(c)
	outcome := event.Outcome{Status: event.Skipped, Message: m.Message, Text: m.Text}
	if m.Status != "skipped" {
		report.Output(c, []byte(m.Text+"\n"))
		outcome.Status, outcome.Type = event.Errored, event.TypeStart
		outcome.Message = strings.Trim(m.Message+": "+strings.TrimLeft(lastLine(m.Text), "E "), ": ")
	}
	report.Finished(c, event.Result{Outcome: outcome})
}

// cannotRun reports cases that no process can run.
func cannotRun(cases []event.Case, why string, report event.Report) {
	for _, c := range cases {
		report.Finished(c, event.Result{Outcome: event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: why}})
	}
}

// once returns the case that c is a run of.
func once(c event.Case) event.Case {
	c.Run = 0
	return c
}
