package gotest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// results follows one process of a test binary: what it says of its tests, and
// what its end says of those of which it said nothing.
type results struct {
	report  event.Report
	repeats bool // a test may run again after its result
	tests   map[string]*test
	order   []*test

	current string  // full name of the test that output belongs to, or ""
	last    *test   // the last to finish, if it failed and more may be said of it
	ended   bool    // the process printed PASS or FAIL
	process excerpt // output that belongs to no test
}

// test is a test, an example or the seeds of a fuzz test in this process.
type test struct {
	c        event.Case
	started  bool
	running  bool
	paused   bool // in t.Parallel, until its turn comes
	finished bool // its result was reported
	bad      bool
	subs     []string // running subtests, by full name
	badSub   string   // the last subtest that failed, by full name
	outputs  map[string]*excerpt
	result   event.Result // the result so far
}

func newResults(batch []event.Case, repeats bool, report event.Report) *results {
	r := &results{report: report, repeats: repeats, tests: map[string]*test{}}
	for _, c := range batch {
		t := &test{c: c, outputs: map[string]*excerpt{}}
		r.tests[c.Name] = t
		r.order = append(r.order, t)
	}
	return r
}

// output gives text to the test that wrote it.
func (r *results) output(text []byte) {
	if r.current == "" {
		r.process.add(text)
		r.report.Output(event.Case{}, text)
		return
	}
	t, c := r.lookup(r.current)
	t.excerptOf(r.current).add(text)
	r.report.Output(c, text)
}

func (t *test) excerptOf(name string) *excerpt {
	if t.outputs[name] == nil {
		t.outputs[name] = &excerpt{}
	}
	return t.outputs[name]
}

// lookup returns the test of a full name, nil if it is none of this process,
// and the case of exactly that name.
func (r *results) lookup(name string) (*test, event.Case) {
	top, sub, _ := strings.Cut(name, "/")
	t := r.tests[top]
	if t == nil {
		return nil, event.Case{}
	}
	c := t.c
	c.Sub = sub
	return t, c
}

// frame follows a line of the testing package's own. One about a test that
// cannot be is a test's output that looks like it, and is taken as such.
func (r *results) frame(f frame) {
	if f.kind == frameEnd {
		r.settleLast()
		r.current, r.ended = "", true
		return
	}
	t, c := r.lookup(f.test)
	switch f.kind {
	case frameRun:
		if t != nil {
			r.start(t, c, f.test)
		}
	case framePass, frameFail, frameSkip:
		if t != nil && t.running {
			r.finish(t, c, f)
		}
	default: // NAME, CONT, PAUSE: who writes now
		if t != nil && t.running || f.test == "" {
			r.settleLast()
			r.current = f.test
		}
		if t != nil && c.Sub == "" {
			t.paused = f.kind == framePause
		}
	}
}

func (r *results) start(t *test, c event.Case, name string) {
	r.settleLast()
	r.current = name
	if c.Sub != "" {
		t.subs = append(t.subs, name)
		return
	}
	t.running = true
	if !t.started {
		t.started = true
		r.report.Started(t.c)
	}
}

func (r *results) finish(t *test, c event.Case, f frame) {
	result := event.Result{Outcome: t.outcomeOf(f.kind, f.test), Ran: f.elapsed}
	if c.Sub != "" {
		r.finishSub(t, c, f.test, result)
		return
	}
	r.settleLast()
	t.running = false
	t.merge(result)
	r.current = f.test // until the next frame, as for the trace of a panic
	r.last = t
}

func (r *results) finishSub(t *test, c event.Case, name string, result event.Result) {
	if i := slices.Index(t.subs, name); i >= 0 {
		t.subs = slices.Delete(t.subs, i, i+1)
	}
	if result.Outcome.Bad() {
		t.badSub = name
	}
	r.report.Finished(c, result)
	delete(t.outputs, name)
	r.current = t.c.Name
}

// merge adds the result of one run of a test that may run several times: the
// worst counts.
func (t *test) merge(result event.Result) {
	result.Ran += t.result.Ran
	if t.bad {
		result.Outcome = t.result.Outcome
	}
	t.result, t.bad = result, t.bad || result.Outcome.Bad()
}

// outcomeOf returns the outcome that a frame gives the test, or the subtest of
// it, of a full name.
func (t *test) outcomeOf(kind, name string) event.Outcome {
	message := t.excerptOf(name).message()
	switch {
	case kind == framePass:
		return event.Outcome{Status: event.Passed}
	case kind == frameSkip:
		return event.Outcome{Status: event.Skipped, Message: message}
	case message == "" && strings.HasPrefix(t.badSub, name+"/"):
		message = t.badSub + " failed"
	case message == "":
		message = "failed"
	}
	return event.Outcome{Status: event.Failed, Type: event.TypeFailure, Message: message}
}

// settleLast reports the test that finished last, now that nothing more is
// said of it.
func (r *results) settleLast() {
	t := r.last
	r.last = nil
	if t == nil || r.repeats {
		return
	}
	r.settle(t)
}

func (r *results) settle(t *test) {
	if t.finished {
		return
	}
	if t.result.Outcome.Status == event.Failed {
		t.result.Outcome.Message = t.outcomeOf(frameFail, t.c.Name).Message
	}
	t.finished = true
	r.report.Finished(t.c, t.result)
	t.outputs = map[string]*excerpt{}
}

// cut reports a test that did not get to its result, and its subtests.
func (r *results) cut(t *test, why string) {
	output := t.excerptOf(t.c.Name)
	for _, name := range t.subs {
		if t.outputs[name] != nil {
			output = t.outputs[name]
		}
		_, c := r.lookup(name)
		r.report.Finished(c, event.Result{Outcome: cutOutcome(why, t.excerptOf(name))})
	}
	t.running, t.bad, t.finished = false, true, true
	r.report.Finished(t.c, event.Result{Outcome: cutOutcome(why, output)})
}

func cutOutcome(why string, output *excerpt) event.Outcome {
	if message := output.message(); message != "" {
		why += ": " + message
	}
	return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: why}
}

// endOf describes how a process ended that should have gone on.
func endOf(result child.Result) string {
	switch {
	case result.Signal != "":
		return "the test's process was killed by signal: " + result.Signal
	case result.ExitCode == 0:
		return "the test's process exited with code 0 before the test had a result (os.Exit, or stdout was closed)"
	}
	return fmt.Sprintf("the test's process exited with code %d before the test had a result", result.ExitCode)
}
