package gotest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// results follows one process of a test binary: what it reports about its tests, and what its end
// implies for tests that it does not mention.
type results struct {
	report   event.Report
	process  event.Case // stands for what is around the tests
	repeats  bool       // a test may run again after its result
	open     bool       // tests are known only when they start
	failFast bool       // no test starts after a bad one
	// hooked says whether the binary reports what it does through the hook.
	hooked   bool
	runState runState
	example  *test // has returned without a known result
	moved    *sync.Cond
	over     bool   // the process has ended
	logging  string // full name of the test that writes rows apart from the output
	goOn     func(event.Case) event.Answer
	stopped  bool // no further test may start
	inBand   bool // the results are in the output, where the user wants to see them
	tests    map[string]*test
	order    []*test
	states   [states]int // how many tests are in each state

	current string  // full name of the test that output belongs to, or ""
	last    *test   // the last to finish, if more may be reported about it
	ended   bool    // the process printed PASS or FAIL
	output  excerpt // what belongs to no test; since then, if it ended
	before  excerpt // the same before that
}

func newResults(class string, batch []event.Case, repeats bool, report event.Report) *results {
	r := &results{
		report: report, process: processCase(class), repeats: repeats, tests: map[string]*test{},
		moved: sync.NewCond(&sync.Mutex{}),
	}
	for _, c := range batch {
		r.add(c)
	}
	return r
}

func (r *results) add(c event.Case) *test {
	t := &test{c: c}
	r.tests[c.Name] = t
	r.order = append(r.order, t)
	return t
}

// lookup returns the test with a full name, nil if this process does not have it, and the case
// with exactly that name.
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

// write gives text to the test that wrote it.
func (r *results) write(text []byte) {
	if r.hooked {
		if text = r.withoutVerdict(text); len(text) == 0 {
			return
		}
	}
	if r.current == "" {
		r.output.add(text)
		r.report.Output(event.Case{}, text)
		return
	}
	t, c := r.lookup(r.current)
	t.excerptOf(r.current).add(text)
	r.report.Output(c, text)
}

// withoutVerdict leaves out the word with which m.Run ends: there may be many processes, and the
// runner has a verdict of its own.
func (r *results) withoutVerdict(text []byte) []byte {
	if t := r.tests[r.current]; t != nil && t.marks.ends < t.marks.starts {
		return text
	}
	for _, word := range []string{"PASS\n", "FAIL\n"} {
		if rest, ok := bytes.CutSuffix(text, []byte(word)); ok && (len(rest) == 0 || rest[len(rest)-1] == '\n') {
			return rest
		}
	}
	return text
}

// frame follows a line of the testing package's own. It returns false for a line that is
// impossible in the current state: then it is output of a test that looks like one.
func (r *results) frame(f frame) bool {
	if f.kind == frameEnd {
		return !r.hooked && r.end()
	}
	if f.kind == frameRun && r.open && r.tests[f.test] == nil && isName(f.test) && r.mayStart() {
		r.add(event.Case{Name: f.test, Class: r.process.Class})
	}
	t, c := r.lookup(f.test)
	if t == nil {
		return f.test == "" && r.writes("")
	}
	if r.hooked {
		return r.markedRow(t, c, f)
	}
	if c.Sub != "" {
		return t.active() && r.subFrame(t, c, f)
	}
	switch f.kind {
	case frameRun:
		return r.run(t)
	case framePause:
		return t.state == alone && r.writes(f.test) && r.pause(t)
	case frameCont:
		return t.state == paused && r.states[alone] == 0 && r.writes(f.test) && r.resume(t)
	case framePass, frameFail, frameSkip:
		return t.active() && r.finish(t, f)
	}
	return t.state != idle && r.writes(f.test)
}

// writes notes which test writes from now on.
func (r *results) writes(name string) bool {
	r.settleLast()
	if r.hooked {
		r.logging = name
	} else {
		r.current = name
	}
	return true
}

func (r *results) move(t *test, to state) bool {
	r.states[t.state]--
	t.state = to
	r.states[to]++
	return true
}

func (r *results) pause(t *test) bool {
	r.report.Paused(t.c)
	t.hasPaused = true
	return r.move(t, paused)
}

func (r *results) resume(t *test) bool {
	r.report.Resumed(t.c)
	return r.move(t, parallel)
}

// end is for the line after which no test runs any more.
func (r *results) end() bool {
	if r.states[alone]+r.states[paused]+r.states[parallel] > 0 {
		return false
	}
	r.ended = true
	r.before, r.output = r.output, excerpt{}
	return r.writes("")
}

// mayStart reports whether a test can start now. Parallel tests run after all others, so none
// starts while another one runs.
func (r *results) mayStart() bool { return r.states[alone]+r.states[parallel] == 0 }

func (r *results) run(t *test) bool {
	if !r.mayStart() {
		return false
	}
	return r.start(t)
}

func (r *results) start(t *test) bool {
	if r.hooked {
		r.settleLast()
	} else {
		r.writes(t.c.Name)
	}
	r.current = t.c.Name
	r.move(t, alone)
	t.hasPaused = false
	t.runs++
	if !t.started {
		t.started = true
		r.report.Started(t.c)
	}
	return true
}

func (r *results) finish(t *test, f frame) bool {
	r.settleLast()
	r.move(t, idle)
	r.closeLog(t, f)
	t.result = worse(t.result, event.Result{Outcome: t.outcomeOf(f.kind, f.test), Ran: f.elapsed})
	t.bad = t.result.Outcome.Bad()
	if !r.hooked {
		r.current = f.test // until the next frame, as for the trace of a panic
	}
	r.last = t
	return true
}

// subFrame follows a line about a subtest.
func (r *results) subFrame(t *test, c event.Case, f frame) bool {
	switch f.kind {
	case frameRun:
		t.subs = append(t.subs, f.test)
	case framePass, frameFail, frameSkip:
		return r.finishSub(t, c, f)
	}
	return r.writes(f.test)
}

func (r *results) finishSub(t *test, c event.Case, f frame) bool {
	i := slices.Index(t.subs, f.test)
	if i < 0 {
		return false
	}
	t.subs = slices.Delete(t.subs, i, i+1)
	result := event.Result{Outcome: t.outcomeOf(f.kind, f.test), Ran: f.elapsed}
	if result.Outcome.Bad() && t.badSub == "" {
		t.badSub, t.badWhy = f.test, result.Outcome.Message
	}
	t.log.close(f.test, result.Outcome.Bad(), f.String())
	if r.repeats {
		if t.parts == nil {
			t.parts = map[string]event.Result{}
		}
		t.parts[c.Sub] = worse(t.parts[c.Sub], result)
	} else {
		r.report.Finished(c, result)
	}
	delete(t.outputs, f.test)
	if !r.hooked {
		r.current = t.c.Name
	}
	r.logging = t.c.Name
	return true
}

// logText takes what a test has logged, separately from its output. Nobody sees the text of a
// test that passes.
func (r *results) logText(text []byte) {
	t, _ := r.lookup(r.logging)
	if t == nil {
		r.output.add(text)
		r.report.Output(event.Case{}, text)
		return
	}
	t.excerptOf(r.logging).add(text)
	t.log.add(r.logging, text)
}

// closeLog prints what a failed test has logged.
func (r *results) closeLog(t *test, f frame) {
	t.log.close(t.c.Name, f.kind == frameFail && r.hooked && !r.inBand, f.String())
	if text := t.log.take(); len(text) > 0 {
		r.report.Output(t.c, text)
	}
}

// settleLast reports the test that finished last, now that nothing more is reported about it.
func (r *results) settleLast() {
	t := r.last
	r.last = nil
	if t != nil && !r.repeats {
		r.settle(t)
	}
}

// settle reports a test. If the test was already reported and has run again, settle reports that
// it is bad after all.
func (r *results) settle(t *test) {
	if t.finished && (t.reportedBad || !t.bad) {
		return
	}
	if t.result.Outcome.Status == event.Failed {
		t.result.Outcome.Message = t.outcomeOf(frameFail, t.c.Name).Message
		if t.runs > 1 {
			t.result.Outcome.Message += fmt.Sprintf(" (it ran %d times in its process)", t.runs)
		}
	}
	t.finished, t.reportedBad = true, t.bad
	for _, sub := range slices.Sorted(maps.Keys(t.parts)) {
		c := t.c
		c.Sub = sub
		r.report.Finished(c, t.parts[sub])
	}
	r.report.Finished(t.c, t.result)
	t.outputs = nil
}
