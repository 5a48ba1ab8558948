package gotest

import (
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// test is a test, an example or the seeds of a fuzz test in a process.
type test struct {
	c        event.Case
	state    state
	started  bool
	finished bool // its result was reported
	bad      bool
	// reportedBad says whether it was reported, as bad.
	reportedBad bool
	runs        int      // how often it has started
	hasPaused   bool     // in t.Parallel, since it has started
	subs        []string // running subtests, by full name
	badSub      string   // the first subtest that failed, by full name
	badWhy      string   // of that
	outputs     map[string]*excerpt
	marks       marks
	log         testLog
	left        bool                    // it should not have started
	rowsBegun   int                     // how often the testing package has reported its beginning
	result      event.Result            // the result so far
	parts       map[string]event.Result // results of subtests, if they may run again
}

// state is what a test does.
type state int

const (
	idle     state = iota // it has not started, or has a result
	alone                 // it runs, and has not called t.Parallel
	paused                // it is in t.Parallel
	parallel              // it runs after that
	states
)

// active reports whether the test runs.
func (t *test) active() bool { return t.state == alone || t.state == parallel }

func (t *test) excerptOf(name string) *excerpt {
	if t.outputs == nil {
		t.outputs = map[string]*excerpt{}
	}
	if t.outputs[name] == nil {
		t.outputs[name] = &excerpt{}
	}
	return t.outputs[name]
}

// worse adds the result of one more run of a test that may run several times: the worst result
// counts.
func worse(before, result event.Result) event.Result {
	result.Ran += before.Ran
	if before.Outcome.Bad() {
		result.Outcome = before.Outcome
	}
	return result
}

// outcomeOf returns the outcome that a frame gives to the test, or to its subtest, with that full
// name.
func (t *test) outcomeOf(kind, name string) event.Outcome {
	if kind == framePass {
		return event.Outcome{Status: event.Passed}
	}
	message := t.excerptOf(name).message()
	switch {
	case kind == frameSkip:
		return event.Outcome{Status: event.Skipped, Message: message}
	case message == "" && strings.HasPrefix(t.badSub, name+"/"):
		message = t.badSub + ": " + t.badWhy
	case message == "":
		message = "failed"
	}
	return event.Outcome{Status: event.Failed, Type: event.TypeFailure, Message: message}
}
