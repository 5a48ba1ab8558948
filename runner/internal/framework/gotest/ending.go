package gotest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// processCase stands for what is around the tests of a process: its start,
// TestMain, and its end.
func processCase(class string) event.Case {
	return event.Case{Name: "TestMain", Class: class, Process: true}
}

// ending describes how a process ended.
func ending(result child.Result) string {
	if result.Signal != "" {
		return "killed by signal: " + result.Signal
	}
	return fmt.Sprintf("exit code %d", result.ExitCode)
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

// close says, now that the process has ended, what became of the tests that
// have no result, and returns batches of those that have to run again. Either
// it has a result for one of them, or its batches are smaller, so running them
// comes to an end.
func (r *results) close(result child.Result, stopped bool, s *suspects) (again [][]event.Case) {
	culprit := r.last != nil && r.last.bad && !r.ended
	for _, t := range r.order {
		if t.started && t.state == idle {
			r.settle(t)
		}
	}
	cut, unstarted := r.unfinished()
	active := r.suspectsAmong(cut)
	if stopped {
		for _, t := range cut {
			r.cut(t, "stopped")
		}
		return batchOf(unstarted)
	}
	rest := slices.DeleteFunc(slices.Concat(cut, unstarted), func(t *test) bool { return slices.Contains(active, t) })
	switch {
	case culprit:
		rest = append(active, rest...)
	case len(active) == 1:
		r.cut(active[0], endOf(result))
	case len(active) > 1:
		// One of them ended the process: alone, each shows whether it does.
		s.add(active, r.processFailure(result, fmt.Sprintf("while %d tests ran in it, of which none does so alone", len(active))))
		for _, t := range active {
			again = append(again, batchOf([]*test{t})...)
		}
	default:
		r.closeBetweenTests(result, rest)
		rest = slices.DeleteFunc(rest, func(t *test) bool { return t.finished })
	}
	return append(again, batchOf(rest)...)
}

// leakOf says what the process left behind. Which of its tests did, nobody can
// say.
func (r *results) leakOf(result child.Result) string {
	who := "the test binary"
	switch {
	case result.Leak == "":
		return ""
	case len(r.order) == 1:
		who = r.order[0].c.FullName()
	case len(r.order) > 1:
		who = fmt.Sprintf("the process of %s and %d more", r.order[0].c.FullName(), len(r.order)-1)
	}
	return who + " " + result.Leak
}

// suspectsAmong returns those tests without a result that may have ended the
// process. One in t.Parallel runs no code, so it is suspected only if no other
// test can be.
func (r *results) suspectsAmong(cut []*test) []*test {
	active := slices.DeleteFunc(slices.Clone(cut), func(t *test) bool { return !t.active() })
	if len(active) == 0 && !r.any(func(t *test) bool { return t.finished }) {
		return cut
	}
	return active
}

// closeBetweenTests is for a process that ended while no test ran in it.
func (r *results) closeBetweenTests(result child.Result, rest []*test) {
	bad := r.any(func(t *test) bool { return t.bad })
	switch {
	case len(rest) == 0:
		if result.ExitCode != 0 && !bad {
			r.failProcess(result, "although no test failed")
		}
	case !r.any(func(t *test) bool { return t.started }):
		outcome := r.notBegun(result)
		for _, t := range rest {
			t.finished = true
			r.report.Finished(t.c, event.Result{Outcome: outcome})
		}
	case bad && r.ended: // -test.failfast
	default:
		r.failProcess(result, "before all of its tests had run")
	}
}

// notBegun is the outcome of tests of a process in which none began.
func (r *results) notBegun(result child.Result) event.Outcome {
	why := fmt.Sprintf("the test binary ended before any test began (%s)", ending(result))
	if message := r.output.message(); message != "" {
		why += ": " + message
	}
	return event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: why}
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

func (r *results) any(is func(*test) bool) bool { return slices.ContainsFunc(r.order, is) }

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
	t.bad, t.finished = true, true
	r.report.Finished(t.c, event.Result{Outcome: cutOutcome(why, output)})
}

func cutOutcome(why string, output *excerpt) event.Outcome {
	if message := output.message(); message != "" {
		why += ": " + message
	}
	return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: why}
}

// failProcess reports an end that is no test's fault.
func (r *results) failProcess(result child.Result, when string) {
	r.report.Finished(r.process, r.processFailure(result, when))
}

func (r *results) processFailure(result child.Result, when string) event.Result {
	message := fmt.Sprintf("the test's process ended %s (%s)", when, ending(result))
	output := &r.output
	if t, _ := r.lookup(r.current); t != nil {
		output = t.excerptOf(r.current)
	}
	if line := cmp.Or(output.message(), r.before.message()); line != "" {
		message += ": " + line
	}
	return event.Result{Outcome: event.Outcome{
		Status: event.Failed, Type: event.TypeExit, Message: message, ExitCode: result.ExitCode,
	}}
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
