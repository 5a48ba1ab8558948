package gotest

import (
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// processCase names what is around the tests of a process: its start, TestMain,
// and its end.
const processCase = "TestMain"

// ending describes how a process ended.
func ending(result child.Result) string {
	if result.Signal != "" {
		return "killed by signal: " + result.Signal
	}
	return fmt.Sprintf("exit code %d", result.ExitCode)
}

// close says, now that the process has ended, what became of the tests that
// have no result, and returns batches of those that have to run again.
func (r *results) close(result child.Result, stopped, failFast bool, s *suspects) (again [][]event.Case) {
	culprit := r.last != nil && r.last.bad && !r.ended
	for _, t := range r.order {
		if t.started && !t.running {
			r.settle(t)
		}
	}
	cut, unstarted := r.unfinished()
	active := slices.DeleteFunc(slices.Clone(cut), func(t *test) bool { return t.paused })
	switch {
	case stopped:
		for _, t := range cut {
			r.cut(t, "stopped")
		}
		return batchOf(unstarted)
	case len(cut)+len(unstarted) == 0:
		if result.ExitCode != 0 && !r.anyBad() {
			r.failProcess(result, "although every test passed")
		}
		return nil
	case culprit:
		return batchOf(append(cut, unstarted...))
	case len(active) == 1:
		cut = slices.DeleteFunc(cut, func(t *test) bool { return t == active[0] })
		r.cut(active[0], endOf(result))
		return batchOf(append(cut, unstarted...))
	case len(cut) > 0:
		// One of them ended the process: alone, each shows whether it does.
		s.add(cut, r.processFailure(result, fmt.Sprintf("while %d tests ran in it, of which none does so alone", len(cut))))
		for _, t := range cut {
			again = append(again, batchOf([]*test{t})...)
		}
		return append(again, batchOf(unstarted)...)
	}
	return r.closeUnstarted(result, unstarted, failFast)
}

// closeUnstarted is for a process that ended between two tests.
func (r *results) closeUnstarted(result child.Result, unstarted []*test, failFast bool) (again [][]event.Case) {
	switch {
	case r.anyBad() && failFast && r.ended:
		return batchOf(unstarted)
	case !r.anyStarted():
		why := fmt.Sprintf("the test binary ended before any test began (%s)", ending(result))
		if message := r.process.message(); message != "" {
			why += ": " + message
		}
		r.failAll(event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: why})
		return nil
	}
	r.failProcess(result, "before all of its tests had run")
	return batchOf(unstarted)
}

func (r *results) unfinished() (cut, unstarted []*test) {
	for _, t := range r.order {
		switch {
		case t.finished:
		case t.started:
			cut = append(cut, t)
		default:
			unstarted = append(unstarted, t)
		}
	}
	return cut, unstarted
}

func (r *results) anyBad() bool {
	for _, t := range r.order {
		if t.bad {
			return true
		}
	}
	return false
}

func (r *results) anyStarted() bool {
	for _, t := range r.order {
		if t.started {
			return true
		}
	}
	return false
}

// failAll gives every test that has no result the same one.
func (r *results) failAll(outcome event.Outcome) {
	cut, unstarted := r.unfinished()
	for _, t := range append(cut, unstarted...) {
		t.finished = true
		r.report.Finished(t.c, event.Result{Outcome: outcome})
	}
}

// failProcess reports an end that is no test's fault.
func (r *results) failProcess(result child.Result, when string) {
	c, failure := r.processFailure(result, when)()
	r.report.Finished(c, failure)
}

func (r *results) processFailure(result child.Result, when string) func() (event.Case, event.Result) {
	message := fmt.Sprintf("the test's process ended %s (%s)", when, ending(result))
	output := &r.process
	if cut, _ := r.unfinished(); len(cut) > 0 {
		output = cut[len(cut)-1].excerptOf(r.current)
	}
	if line := output.message(); line != "" {
		message += ": " + line
	}
	c := event.Case{Name: processCase, Class: r.order[0].c.Class}
	return func() (event.Case, event.Result) {
		return c, event.Result{Outcome: event.Outcome{
			Status: event.Failed, Type: event.TypeExit, Message: message, ExitCode: result.ExitCode,
		}}
	}
}

func batchOf(tests []*test) [][]event.Case {
	if len(tests) == 0 {
		return nil
	}
	var batch []event.Case
	for _, t := range tests {
		batch = append(batch, t.c)
	}
	return [][]event.Case{batch}
}
