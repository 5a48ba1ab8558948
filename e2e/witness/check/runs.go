package check

import (
	"encoding/xml"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Run is the result of a runner.
type Run struct {
	// Name is the name of the run.
	Name string
	// Cases are the cases that it had to run, and Groups what each of them uses.
	Cases  []string
	Groups map[string][]string
	// Begun is when it started, and Ended when it was seen to have ended.
	Begun, Ended caselog.Instant
	// Around is the name under which it reports what happens around its cases, such as the kill
	// of a process whose case had just ended; empty if it does not report that.
	Around string
	// Killed says whether it was killed.
	Killed bool
	// Hung says whether it did not end in time.
	Hung bool
	// ExitCode is its exit code.
	ExitCode int
	// Report is its test.xml; nil if there is none.
	Report []byte
}

// Outcome is what a report says about a case.
type Outcome struct {
	Name string
	// Bad says whether it did not pass.
	Bad bool
	// Type says why.
	Type string
}

// infrastructure is the type of a failure that is not the fault of the case.
const infrastructure = "infrastructure"

// ParseReport reads a JUnit report.
func ParseReport(text []byte) ([]Outcome, error) {
	type problem struct {
		Type string `xml:"type,attr"`
	}
	var suites struct {
		Suites []struct {
			Cases []struct {
				Name    string   `xml:"name,attr"`
				Failure *problem `xml:"failure"`
				Error   *problem `xml:"error"`
				Skipped *problem `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil {
		return nil, fmt.Errorf("test.xml: %w", err)
	}
	var outcomes []Outcome
	for _, s := range suites.Suites {
		for _, c := range s.Cases {
			o := Outcome{Name: c.Name}
			for _, p := range []*problem{c.Failure, c.Error, c.Skipped} {
				if p != nil {
					o.Bad, o.Type = true, p.Type
				}
			}
			outcomes = append(outcomes, o)
		}
	}
	return outcomes, nil
}

// checkRun checks what a runner reports about its cases, and returns the number of infrastructure
// failures. A killed runner need not report anything, but what it reports must be true.
func checkRun(run Run, h *history, r Round, found *Findings) (refused int) {
	if run.Hung {
		found.Add("hangs", "%s did not end", run.Name)
		return 0
	}
	if run.Killed && run.Report == nil {
		return 0
	}
	outcomes, err := ParseReport(run.Report)
	if err != nil {
		found.Add("runs", "%s: %v", run.Name, err)
		return 0
	}
	reported, bad := map[string]int{}, false
	for _, o := range outcomes {
		reported[o.Name]++
		bad = bad || o.Bad
		if o.Type == infrastructure {
			refused++
		}
		switch {
		case o.Name == run.Around && (!o.Bad || h.caseKilled(run.Name)):
		case !slices.Contains(run.Cases, o.Name):
			found.Add("runs", "%s reports %s, which it does not have", run.Name, o.Name)
		default:
			checkOutcome(run, o, h, r, found)
		}
	}
	if run.Killed {
		return refused
	}
	for _, name := range run.Cases {
		if reported[name] != 1 {
			found.Add("runs", "%s reports %s %d times, not once", run.Name, name, reported[name])
		}
	}
	if bad != (run.ExitCode != 0) {
		found.Add("runs", "%s exits with %d, and reports %+v", run.Name, run.ExitCode, outcomes)
	}
	return refused
}

func checkOutcome(run Run, o Outcome, h *history, r Round, found *Findings) {
	who := id{run.Name, o.Name}
	holding := h.of[who]
	_, killed := h.kills[who]
	switch {
	case !o.Bad && (holding == nil || !holding.ended):
		found.Add("runs", "%s reports that %s passed, which did not get to its end", run.Name, o.Name)
	case !o.Bad && h.passedLost(holding):
		found.Add("losses", "%s reports that %s passed, which had lost a group", run.Name, o.Name)
	case !o.Bad && r.Rejected[run.Name+"/"+o.Name]:
		found.Add("runs", "%s reports that %s passed, of which a write was rejected", run.Name, o.Name)
	case !o.Bad && r.Failed[run.Name+"/"+o.Name]:
		found.Add("runs", "%s reports that %s passed, which said that it had failed", run.Name, o.Name)
	case o.Bad && r.Failed[run.Name+"/"+o.Name]:
	case o.Bad && !run.Killed && !killed && (o.Type != infrastructure || !r.Faulty && !h.mayBeRefused(run, o.Name)):
		found.Add("runs", "%s reports that %s is bad (%s), and nobody has killed it", run.Name, o.Name, o.Type)
	}
}
