// Package adapter is the framework of programs that speak the runner's protocol
// (docs/adapters.md), such as pytest with our plugin: long-lived processes, one
// for each worker, that find their cases once and then run what they are told.
package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// Options say how to start the program.
type Options struct {
	// Class is that of what is no case, such as the end of a process.
	Class string
	// Path is the program's file.
	Path string
	// Args are its arguments.
	Args []string
	// Env returns the whole environment of a worker's process, and what is to be
	// called when it has ended.
	Env func(event.Batch) (env []string, done func(), err error)
	// CaseEnv returns the variables that only the cases of a batch have.
	CaseEnv func(event.Batch) map[string]string
	// Filter is the value of --test_filter, for the program to make sense of.
	Filter string
	// Ahead returns how many workers are worth starting when this many cases are
	// known, and there may be more. Nil is one.
	Ahead func(cases int) int
	// Ordered is whether the cases of a batch run in its order, and not in that
	// in which the program has listed them.
	Ordered bool
	// StopAtBad is whether, after a bad case, the others of its batch are to be
	// given back.
	StopAtBad bool
	// RunID is the same for all workers, and another one for each run.
	RunID string
	// InOrder is whether there are no workers, but one process for all.
	InOrder bool
	// Stdin is the standard input of the cases.
	Stdin *os.File
	// Terminal is one that the only process has to itself, for a debugger; nil
	// is none.
	Terminal *os.File
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long what a process leaves behind may go on; 0 is any
	// time, and nobody looks.
	LeakTimeout time.Duration
	// Dir is a folder in which there can be one for the pipes; empty is that for
	// temporary files.
	Dir string
	// Log gets what the first process prints before any case runs.
	Log io.Writer
}

// Program is a program and its worker processes.
type Program struct {
	options Options

	starting chan struct{} // has room for those that may start at a time

	// What the listing says.
	broken   map[event.Case]string // why what is there instead of cases cannot run
	position map[event.Case]int
	maxFail  int
	partial  bool

	mu      sync.Mutex
	pipes   string // the folder of the pipes; empty before there is one
	started int    // processes
	workers map[int]*worker
	warned  map[string]bool // warnings that have been told of
}

// New returns the program that options describe.
func New(options Options) *Program {
	return &Program{
		options: options, broken: map[event.Case]string{}, position: map[event.Case]int{},
		workers: map[int]*worker{}, warned: map[string]bool{}, starting: make(chan struct{}, runtime.NumCPU()),
	}
}

// List starts the first worker and returns all cases, in the order in which the
// program has them. What cannot be loaded is a case that fails.
func (p *Program) List(ctx context.Context) ([]event.Listed, error) {
	w, err := p.worker(0, true)
	if err != nil {
		return nil, err
	}
	var listed []event.Listed
	var printed strings.Builder
	w.out.log = &printed
	for {
		m, err := w.next(ctx)
		switch {
		case err != nil:
			p.Stop()
			return nil, fmt.Errorf("listing the tests: %w\n%s", err, printed.String())
		case m.Event == "collecting":
			p.startAhead(m.Count)
		case m.Event == "warning":
			w.out.write([]byte(p.warning(m)))
		case m.Event == "case":
			p.position[m.listed().Case] = len(listed)
			listed = append(listed, m.listed())
		case m.Event == "broken":
			c := event.Case{Name: m.Case, Class: p.options.Class}
			p.broken[c] = m.Message
			listed = append(listed, event.Listed{Case: c, File: m.Case, Asked: true, Everywhere: true})
		case m.Event == "ready":
			p.maxFail, p.partial = m.MaxFail, !m.Complete
			w.ready, w.out.log = true, nil
			_, _ = io.WriteString(p.options.Log, printed.String())
			return listed, nil
		}
	}
}

// startAhead starts workers that will be needed, so that they get ready while
// the first one still lists. One that cannot be started is tried again when its
// cases come, and then reported.
func (p *Program) startAhead(cases int) {
	if p.options.Ahead == nil {
		return
	}
	for number := range p.options.Ahead(cases) {
		_, _ = p.worker(number, false)
	}
}

// warning returns the text of a warning, or nothing if it has been told of.
func (p *Program) warning(m message) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.warned[m.Text] {
		return ""
	}
	p.warned[m.Text] = true
	return m.Text
}

// Prepare implements engine.Preparer. No more processes start at a time than
// there are CPUs: that gets the first ones ready sooner.
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
		m, err = w.next(ctx)
		w.ready = m.Event == "ready"
	}
}

// MaxFail is after how many bad cases the arguments want no further one to
// start; 0 is never. It is known when the cases are listed.
func (p *Program) MaxFail() int { return p.maxFail }

// Partial reports whether the program has more cases than it has listed,
// because the arguments or the filter ask for some by name.
func (p *Program) Partial() bool { return p.partial }

// worker returns the process of a worker, started if need be.
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
		message, broken := p.broken[once(c)]
		if broken {
			report.Started(c)
			report.Output(c, []byte(message+"\n"))
			report.Finished(c, event.Result{Outcome: event.Outcome{
				Status: event.Errored, Type: event.TypeStart, Message: lastLine(message),
			}})
		}
		return broken
	})
	if len(batch.Cases) == 0 {
		return nil
	}
	if !p.options.Ordered { // neighbours share fixtures
		slices.SortStableFunc(batch.Cases, func(a, b event.Case) int { return p.position[once(a)] - p.position[once(b)] })
	}
	w, err := p.worker(batch.Worker, false)
	if err != nil {
		for _, c := range batch.Cases {
			report.Finished(c, event.Result{Outcome: event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: err.Error()}})
		}
		return nil
	}
	t := &turn{program: p, worker: w, report: report, left: slices.Clone(batch.Cases)}
	return t.run(ctx, batch)
}

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
		w.stop()
	}
	p.workers = map[int]*worker{}
	_ = os.RemoveAll(p.pipes)
}

func (p *Program) end(ctx context.Context, w *worker, report event.Report) {
	if !w.ready { // it has not run anything
		w.stop()
		return
	}
	w.send(command{Command: "end"})
	w.out.report = report
	ended := false
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
			ended = true
		}
	}
	if ctx.Err() != nil {
		w.stop()
		return
	}
	switch result := w.result; {
	case w.err != nil:
		p.fail(report, w.err.Error())
	case !ended || result.ExitCode != 0 && result.ExitCode != exitNothing:
		p.fail(report, "the process of the tests ended with "+describe(result)+", although its tests had run"+w.out.tail())
	case result.Leak != "":
		report.Finished(p.process(), event.Result{Leak: "the process of the tests " + result.Leak})
	}
}

// exitNothing is what pytest exits with if no test was to run.
const exitNothing = 5

func (p *Program) process() event.Case {
	return event.Case{Name: "session", Class: p.options.Class, Process: true}
}

func (p *Program) fail(report event.Report, message string) {
	report.Finished(p.process(), event.Result{Outcome: event.Outcome{
		Status: event.Failed, Type: event.TypeExit, Message: message,
	}})
}

// errEnded means that the process has ended.
var errEnded = errors.New("the process ended")

// once returns the case that c is a run of.
func once(c event.Case) event.Case {
	c.Run = 0
	return c
}
