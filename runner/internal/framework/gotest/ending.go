package gotest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
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

// processEnd is how a process ended, and how far it had got.
type processEnd struct {
	child.Result
	stopped bool // by the runner
	run     runState
}

// endOf describes the end of a process that should have continued.
func endOf(end processEnd) string {
	if end.Signal != "" {
		return "the test's process was killed by signal: " + end.Signal
	}
	return fmt.Sprintf("the test's process exited with code %d before the test had a result", end.ExitCode)
}

// close decides, now that the process has ended, the outcome of the tests that have no result,
// and returns batches of the tests to run again. Each time it either has a result for one of
// them, or its batches are smaller, so the retries come to an end.
func (r *results) close(end processEnd, s *suspects) (again [][]event.Case) {
	culprit := r.last != nil && r.last.bad && !r.ended
	for _, t := range r.order {
		if t.started && t.state == idle {
			r.settle(t)
		}
	}
	cut, unstarted := r.unfinished()
	if end.ExitCode != 0 && !end.stopped && !culprit {
		r.cutAgain(endOf(end))
	}
	switch {
	case end.stopped:
		for _, t := range cut {
			r.cut(t, "") // the engine says why
		}
		return batchOf(unstarted)
	case end.ExitCode == 0 && !(r.hooked && len(cut) > 0):
		return r.closeGood(end, slices.Concat(cut, unstarted))
	case !r.hooked && len(cut) > 0 && len(r.order) > 1 && end.run == completed && len(r.suspectsAmong(cut)) == len(cut):
		// The run may have reached its end, and its output was lost on the way.
		return oneByOne(slices.Concat(cut, unstarted))
	}
	active := r.suspectsAmong(cut)
	rest := slices.DeleteFunc(slices.Concat(cut, unstarted), func(t *test) bool { return slices.Contains(active, t) })
	switch {
	case culprit:
		rest = append(active, rest...)
	case len(active) == 1:
		r.cut(active[0], endOf(end))
	case len(active) > 1:
		// One of them ended the process: alone, each shows whether it does.
		s.add(active, r.processFailure(end.Result, fmt.Sprintf("while %d tests ran in it, of which none does so alone", len(active))))
		again = oneByOne(active)
	default:
		return r.closeBetweenTests(end, rest)
	}
	return append(again, batchOf(rest)...)
}

// closeGood is for a process that ended with code 0. rest are the tests without a reported
// result.
func (r *results) closeGood(end processEnd, rest []*test) (again [][]event.Case) {
	bad := r.any(func(t *test) bool { return t.bad })
	switch {
	case r.any(func(t *test) bool { return t.left }):
		return batchOf(rest)
	case end.run == notRun && !r.any(func(t *test) bool { return t.started }):
		for _, t := range rest {
			r.skip(t, "TestMain ended with exit code 0 and ran no test")
		}
		return nil
	case bad && r.failFast:
		return batchOf(rest)
	case len(r.order) > 1 && !r.hooked:
		return oneByOne(rest)
	}
	for _, t := range rest {
		if r.hooked || !t.started && strings.Contains(r.output.String()+r.before.String(), noTests) {
			r.skip(t, "TestMain ended with exit code 0 and did not run this test")
			continue
		}
		// It wrote to somewhere else, but it has run, and alone.
		t.finished = true
		r.report.Finished(t.c, event.Result{Outcome: event.Outcome{Status: event.Passed}})
	}
	return nil
}

// noTests is what the testing package prints if -test.run matches nothing.
const noTests = "testing: warning: no tests to run"

func (r *results) skip(t *test, why string) {
	t.finished = true
	r.report.Finished(t.c, event.Result{Outcome: event.Outcome{Status: event.Skipped, Type: event.TypeNotRun, Message: why}})
}

// leakOf says what the process left behind. It is unknown which of its tests did.
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

// suspectsAmong returns those tests without a result that may have ended the process. A test in
// t.Parallel runs no code, so it is a suspect only if no other test can be one.
func (r *results) suspectsAmong(cut []*test) []*test {
	active := slices.DeleteFunc(slices.Clone(cut), func(t *test) bool { return !t.active() })
	if len(active) == 0 && !r.any(func(t *test) bool { return t.finished }) {
		return cut
	}
	return active
}

// closeBetweenTests is for a process that ended badly while no test ran in it. rest are the tests
// that have not started.
func (r *results) closeBetweenTests(end processEnd, rest []*test) (again [][]event.Case) {
	bad := r.any(func(t *test) bool { return t.bad })
	started := r.any(func(t *test) bool { return t.started })
	switch {
	case !r.hooked && !started && end.run != notRun && len(r.order) > 1:
		return oneByOne(rest) // it wrote to somewhere else
	case !started:
		outcome := r.notBegun(end)
		for _, t := range rest {
			t.finished = true
			r.report.Finished(t.c, event.Result{Outcome: outcome})
		}
		return nil
	case !bad:
		r.blameAll(end.Result)
	}
	return batchOf(rest)
}

// blameAll makes the tests of a process bad if it ended badly although none of them was bad.
func (r *results) blameAll(result child.Result) {
	failure := r.processFailure(result, "after its tests had passed")
	blamed := false
	for _, t := range r.order {
		if t.finished && t.result.Outcome.Status == event.Passed {
			blamed = true
			t.bad, t.reportedBad = true, true
			r.report.Finished(t.c, failure)
		}
	}
	if !blamed {
		r.report.Finished(r.process, failure)
	}
}

// notBegun is the outcome of tests of a process in which none began.
func (r *results) notBegun(end processEnd) event.Outcome {
	why := fmt.Sprintf("the test binary ended before any test began (%s)", ending(end.Result))
	if end.run != notRun {
		why = fmt.Sprintf("the test's process said nothing of it, and failed (%s)", ending(end.Result))
	}
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

// cutAgain reports tests that already had a result, and ran again when the process ended.
func (r *results) cutAgain(why string) {
	for _, t := range r.order {
		if t.finished && t.active() && !t.reportedBad {
			r.cut(t, fmt.Sprintf("%s of its run %d", why, t.runs))
		}
	}
}

// cut reports a test that did not get to its result, and its subtests. Where the runner
// has stopped it, why is empty: what it said before is then not the reason.
func (r *results) cut(t *test, why string) {
	output := t.excerptOf(t.c.Name)
	for _, name := range t.subs {
		if t.outputs[name] != nil {
			output = t.outputs[name]
		}
		_, c := r.lookup(name)
		r.report.Finished(c, event.Result{Outcome: cutOutcome(why, t.excerptOf(name))})
	}
	t.bad, t.finished, t.reportedBad = true, true, true
	r.report.Finished(t.c, event.Result{Outcome: cutOutcome(why, output)})
}

func cutOutcome(why string, output *excerpt) event.Outcome {
	if message := output.message(); message != "" && why != "" {
		why += ": " + message
	}
	return event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: why}
}

func (r *results) processFailure(result child.Result, when string) event.Result {
	message := fmt.Sprintf("the test's process failed %s (%s)", when, ending(result))
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

// reportProcess reports the result of the process as a whole, if there is anything to report.
func (r *results) reportProcess(result child.Result) {
	if of := r.ofProcess(result); of.Leak != "" || of.Note != "" {
		r.report.Finished(r.process, of)
	}
}

func (r *results) ofProcess(result child.Result) event.Result {
	return event.Result{Leak: r.leakOf(result), Note: r.noteOfRuns()}
}

// noteOfRuns says which tests ran several times, although no argument asked for that.
func (r *results) noteOfRuns() string {
	var several []*test
	for _, t := range r.order {
		if t.runs > 1 && !r.repeats {
			several = append(several, t)
		}
	}
	if len(several) == 0 {
		return ""
	}
	who := several[0].c.FullName()
	if more := len(several) - 1; more > 0 {
		who += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s ran %d times in one process: the worst result counts", who, several[0].runs)
}

// oneByOne returns a batch for each test.
func oneByOne(tests []*test) (batches [][]event.Case) {
	for _, t := range tests {
		batches = append(batches, []event.Case{t.c})
	}
	return batches
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
