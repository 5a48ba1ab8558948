package report

import (
	"slices"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Exit codes of the runner. A test with one case, or none, passes on the exit code
// of its program.
const (
	// ExitPassed: no case was bad.
	ExitPassed = 0
	// ExitFailed: a case was bad, and had no exit code of its own.
	ExitFailed = 1
	// ExitInfrastructure: something that the test depends on failed, as EX_UNAVAILABLE of
	// sysexits.h.
	ExitInfrastructure = 69
	// ExitConfig: the test could not be set up, as EX_CONFIG of sysexits.h.
	ExitConfig = 78
	// ExitTimeout: a time limit was exceeded, as with timeout(1).
	ExitTimeout = 124
)

// Verdict is a sink that determines the runner's exit code.
type Verdict struct {
	finished int
	bad      []badCase
}

// badCase is a bad case and its outcome.
type badCase struct {
	event.Case
	event.Outcome
}

// Handle implements event.Sink.
func (v *Verdict) Handle(e event.Event) {
	if f, ok := e.(event.CaseFinished); ok && f.Case.Sub == "" {
		if !f.Amends && !f.Case.Process {
			v.finished++
		}
		switch {
		case f.Forgiven:
			v.bad = slices.DeleteFunc(v.bad, func(b badCase) bool { return b.Case == f.Case })
		case f.Outcome.Bad():
			v.bad = append(v.bad, badCase{f.Case, f.Outcome})
		}
	}
}

// Bad reports whether a case was bad.
func (v *Verdict) Bad() bool { return len(v.bad) > 0 }

// Infrastructure returns what failed that was not a case's own fault, or "".
func (v *Verdict) Infrastructure() string {
	o, _ := v.first(event.TypeInfrastructure)
	return o.Message
}

// first returns the first bad outcome of a type.
func (v *Verdict) first(kind string) (o event.Outcome, ok bool) {
	for _, b := range v.bad {
		if b.Type == kind {
			return b.Outcome, true
		}
	}
	return event.Outcome{}, false
}

// ExitCode returns the exit code for the events so far.
func (v *Verdict) ExitCode() int {
	if !v.Bad() {
		return ExitPassed
	}
	if _, ok := v.first(event.TypeInfrastructure); ok {
		return ExitInfrastructure
	}
	if _, ok := v.first(event.TypeTimeout); ok {
		return ExitTimeout
	}
	for _, b := range v.bad {
		if v.finished <= 1 && b.ExitCode != 0 {
			return b.ExitCode
		}
	}
	return ExitFailed
}
