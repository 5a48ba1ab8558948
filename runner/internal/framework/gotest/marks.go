package gotest

import (
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// marks are what the hook in the binary has reported about a test. They cannot be imitated, so if
// there are marks, nothing else decides what has run and how it ended. The testing package only
// adds how long it took, and why.
type marks struct {
	starts, ends int
	// rows is how many results the testing package has reported.
	rows    int
	outcome string // of the last end
	ran     time.Duration
	// overlap says that a test of the same name, in the external tests of the package, has started
	// before this one has ended. Then the worst outcome of both counts.
	overlap bool
}

// The kinds of marks of the hook, and the outcomes in them.
const (
	markStart = "start"
	markEnd   = "end"
	markRun   = "run"  // m.Run begins
	markDone  = "done" // m.Run ends

	// markVerbose says that the results of the run are in the output, too.
	markVerbose = "verbose"

	outcomeFailed  = "fail"
	outcomeSkipped = "skip"
)

// mark follows a mark of the hook.
func (r *results) mark(text string) {
	what, rest, _ := strings.Cut(text, " ")
	switch what {
	case markRun:
		r.runState = max(r.runState, begun)
		r.inBand = rest == markVerbose
	case markDone:
		r.settleExample()
		r.runState, r.ended, r.current = completed, true, ""
	case markStart:
		r.settleExample()
		if t := r.tests[rest]; t != nil {
			r.markedStart(t)
		}
	case markEnd:
		outcome, rest, _ := strings.Cut(rest, " ")
		took, name, _ := strings.Cut(rest, " ")
		nanoseconds, err := strconv.ParseInt(took, 10, 64)
		if t := r.tests[name]; t != nil && err == nil {
			r.markedEnd(t, outcome, time.Duration(nanoseconds))
		}
	}
	r.moved.Broadcast()
}

func (r *results) markedStart(t *test) {
	if t.state != idle { // its result has been lost
		r.finishByMark(t)
	}
	t.marks.overlap = t.marks.ends < t.marks.starts
	t.marks.starts++
	r.ended = false
	r.start(t)
}

func (r *results) markedEnd(t *test, outcome string, took time.Duration) {
	t.marks.ends++
	if !t.marks.overlap || t.marks.outcome != outcomeFailed {
		t.marks.outcome = outcome
	}
	t.marks.ran = took
	if strings.HasPrefix(t.c.Name, "Example") {
		r.example = t // what fails it is printed after its end
	}
}

// settleExample reports the example that ran last, once the testing package has had the time to
// report that its output is wrong.
func (r *results) settleExample() {
	if t := r.example; t != nil {
		r.example = nil
		if strings.Contains("\n"+t.excerptOf(t.c.Name).String(), "\n"+frameFail+" "+t.c.Name+" (") {
			t.marks.outcome = outcomeFailed
		}
		r.finishByMark(t)
	}
}

// finishByMark gives a test the result that the hook has reported.
func (r *results) finishByMark(t *test) {
	if t.marks.ends < t.marks.starts || t.state == idle {
		return
	}
	r.finish(t, frame{kind: t.marks.frameKind(), test: t.c.Name, elapsed: t.marks.ran})
	r.settleLast()
}

func (m marks) frameKind() string {
	switch m.outcome {
	case outcomeFailed:
		return frameFail
	case outcomeSkipped:
		return frameSkip
	}
	return framePass
}

// markedRow follows what the testing package reports about a test that the hook watches.
func (r *results) markedRow(t *test, c event.Case, f frame) bool {
	switch {
	case f.kind == frameRun && c.Sub == "":
		r.logging = f.test
		return true // the hook reports the rest
	case c.Sub != "":
		return t.active() && r.subFrame(t, c, f)
	case f.kind == framePause:
		return t.state == alone && r.pause(t)
	case f.kind == frameCont:
		r.current = t.c.Name
		return t.state == paused && r.writes(f.test) && r.resume(t)
	case f.kind == framePass || f.kind == frameFail || f.kind == frameSkip:
		return r.markedResult(t, f)
	}
	return t.state != idle && r.writes(f.test)
}

// markedResult takes a result from the testing package: one that the hook has reported before, or
// the result of a test that panics, for which the hook reports none.
func (r *results) markedResult(t *test, f frame) bool {
	known := t.marks.rows < t.marks.ends
	panics := !r.inBand && t.marks.ends < t.marks.starts && f.kind == frameFail
	if !known && !panics || t.state == idle {
		return false
	}
	if t.marks.rows++; t.marks.rows < t.marks.starts {
		r.closeLog(t, f) // of an earlier run, whose result the hook has reported
		return true
	}
	if known && (r.inBand || t.marks.outcome == outcomeFailed) {
		f.kind = t.marks.frameKind() // the output may come from anybody
	}
	if known && f.elapsed == 0 && !t.hasPaused {
		f.elapsed = t.marks.ran // rows have only hundredths of a second, and marks count pauses
	}
	return r.finish(t, f)
}
