package protocol

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// session is what a worker reports about its run as a whole.
type session struct {
	pid        int      // of the process that prints its stacks; 0 means none
	stopped    bool     // it wants no further case
	reason     string   // why
	running    bool     // it has a batch of cases
	differs    bool     // it has collected other cases than the first worker
	complaints []string // what is bad, whatever the results of the cases
	retried    []string // cases for which another attempt counts
	properties []event.Property
	ending     *message     // says that the process is about to end; nil if it has not
	said       bytes.Buffer // what it has printed at the end
}

func (s *session) complain(text string) { s.complaints = append(s.complaints, text) }

// hear takes a message that is not about a case.
func (p *Program) hear(w *worker, m message) {
	switch m.Event {
	case "ready":
		w.ready = true
		p.compared.Add(1)
		if w.differs = m.Digest != p.digest; w.differs {
			w.send(command{Command: "names"})
		}
	case "names":
		w.complain(differenceOf(p.names, m.Cases))
	case "dumps":
		w.pid = m.PID
	case "warning":
		p.mu.Lock()
		p.warnings++
		p.mu.Unlock()
		w.out.write([]byte(p.once(m.Event, m.Text)))
	case "note":
		w.out.write([]byte(p.once(m.Event, m.Text)))
	case "failed":
		w.complain(m.Message)
	case "property":
		w.properties = append(w.properties, event.Property{Name: m.Name, Value: m.Value})
	case "stopped":
		w.stopped, w.reason, w.out.ending = true, m.Message, &w.said
	case "ended":
		w.ending, w.out.ending = &m, &w.said
	}
}

// once returns a text of some kind for the log; empty if the log already has it.
func (p *Program) once(kind, text string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if key := kind + " " + text; !p.told[key] {
		p.told[key] = true
		return text
	}
	return ""
}

// result notes whether a case was bad.
func (p *Program) result(w *worker, c event.Case, m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if statuses[m.Status].Bad() {
		p.bad[c] = w
	}
}

// retry notes that another attempt of cases counts.
func (p *Program) retry(cases []event.Case) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range cases {
		if w := p.bad[c]; w != nil {
			w.retried = append(w.retried, c.Name)
			delete(p.bad, c)
		}
	}
}

// badOf returns the cases that were bad in a worker.
func (p *Program) badOf(w *worker) (cases []event.Case) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c, by := range p.bad {
		if by == w {
			cases = append(cases, c)
		}
	}
	return cases
}

// settle reports the result of a session, when its process has ended.
func (p *Program) settle(ctx context.Context, w *worker, report event.Report) {
	w.out.ending = nil
	report.Output(event.Case{}, []byte(p.once("end", w.said.String())))
	result := event.Result{Properties: w.properties}
	switch {
	case ctx.Err() != nil && w.running: // the engine says why; the rest is reported at the end
		p.owe(w)
		return
	case ctx.Err() != nil:
		result.Outcome = failure("its tests had run, but " + w.stillToDo())
	case w.forgives():
		for _, c := range p.badOf(w) {
			report.Finished(c, event.Result{Forgiven: true})
		}
	case p.options.AllowEmpty && w.ending != nil && w.ending.Exit == noTests:
		result.Note = w.ending.Message
	default:
		p.checkEnd(w)
		result.Outcome = complaining(w.complaints, report)
	}
	if w.result.Leak != "" && ctx.Err() == nil {
		result.Leak = "the process of the tests " + w.result.Leak
	}
	if w.ending != nil {
		result.Stops = w.ending.Message
	}
	if w.ending != nil && result.Outcome.Bad() {
		result.Outcome.ExitCode = w.ending.Exit
	}
	if w.stopped && !result.Outcome.Bad() {
		result.Note = "no further case has started: " + w.reason
	}
	if result.Outcome.Bad() || result.Leak+result.Note+result.Stops != "" || len(result.Properties) > 0 {
		report.Finished(p.session(w), result)
	}
}

// owe keeps what is bad about a session for the end of the run.
func (p *Program) owe(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.session(w)
	p.owed[c] = append(p.owed[c], w.complaints...)
}

// payOwed reports what is owed.
func (p *Program) payOwed(report event.Report) {
	for c, complaints := range p.owed {
		if len(complaints) > 0 {
			report.Finished(c, event.Result{Outcome: complaining(complaints, report)})
		}
	}
}

// complaining is the outcome of a session with such complaints. Complaints of several lines are
// in the log in full.
func complaining(complaints []string, report event.Report) event.Outcome {
	if len(complaints) == 0 {
		return event.Outcome{}
	}
	var summary []string
	for _, c := range complaints {
		line, _, more := strings.Cut(c, "\n")
		summary = append(summary, line)
		if more {
			report.Output(event.Case{}, []byte(strings.TrimRight(c, "\n")+"\n"))
		}
	}
	outcome := failure(strings.Join(summary, "; "))
	outcome.Text = strings.Join(complaints, "\n")
	return outcome
}

// noTests is pytest's exit code if there is no case.
const noTests = 5

// checkEnd adds what is bad about how the process has ended.
func (p *Program) checkEnd(w *worker) {
	if w.stopped && w.ending == nil {
		w.complain(w.reason)
	}
	switch e := w.ending; {
	case w.err != nil:
		w.complain(w.err.Error())
	case e == nil && w.running: // it has ended during its cases, and one of them reports that
	case e == nil || w.result.ExitCode != e.Exit:
		w.complain("the process of the tests ended with " + describe(w.result) + ", although its tests had run" + w.out.tail())
	case e.Message != "":
		w.complain(e.Message)
	case e.Exit != 0 && len(p.badOf(w)) == 0 && len(p.broken) == 0 && len(w.complaints) == 0:
		w.complain(fmt.Sprintf("the process of the tests ended with exit code %d, although none of them was bad", e.Exit))
	}
}

// forgives reports whether the session passes although cases were bad.
func (w *worker) forgives() bool {
	return w.endedWell() && w.ending.Forgives
}

// endedWell reports whether the process has ended with exit code 0, and on purpose.
func (w *worker) endedWell() bool {
	return w.ending != nil && w.ending.Exit == 0 && w.err == nil && w.result.Signal == "" && w.result.ExitCode == 0
}

// whyEnded is the error of a process that has ended too early: in its own words if it has printed
// some.
func (w *worker) whyEnded(err error) error {
	if w.ending != nil && w.ending.Message != "" {
		return errors.New(w.ending.Message)
	}
	return err
}

// stillToDo says what a process that had to be stopped at its end was doing.
func (w *worker) stillToDo() string {
	switch {
	case w.ending == nil:
		return "its session did not end"
	case len(w.ending.WaitsFor) == 0:
		return "its process did not end"
	}
	return "its process did not end: it waits for " + strings.Join(w.ending.WaitsFor, ", ")
}

// countWarnings fails the run if there were more warnings than allowed.
func (p *Program) countWarnings(report event.Report) {
	if p.maxWarnings < 0 || p.warnings <= p.maxWarnings {
		return
	}
	report.Finished(p.process(""), event.Result{Outcome: failure(
		fmt.Sprintf("there were %d warnings, and the most that are allowed are %d", p.warnings, p.maxWarnings),
	)})
}

// session returns the case that stands for the worker as a whole.
func (p *Program) session(w *worker) event.Case {
	if p.options.InOrder {
		return p.process("")
	}
	return p.process(fmt.Sprintf(" of worker %d", w.number))
}

func (p *Program) process(which string) event.Case {
	return event.Case{Name: "session" + which, Class: p.options.Class, Process: true}
}

func failure(message string) event.Outcome {
	return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: message}
}
