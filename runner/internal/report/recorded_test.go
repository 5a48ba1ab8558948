package report_test

import (
	"os"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// What a case's own code has recorded is in its element, and the records of a process are in the
// suite's. If test.xml has another name for a case, it has the case's name as a property.
func TestRecordedProperties(t *testing.T) {
	j, path := newReport(t)
	c := event.Case{Name: "test_x.py::test_a[1]", Class: "test_x", Title: "test_a[1]"}
	j.Handle(event.RunStarted{At: begin, Cases: []event.Case{c}})
	j.Handle(event.CaseFinished{
		Case: c, Properties: []event.Property{{Name: "requirement", Value: "R<1>"}},
		Attributes: []event.Property{{Name: "assertions", Value: "9"}, {Name: "classname", Value: "other"}, {Name: "no name", Value: "1"}},
	})
	j.Handle(event.CaseFinished{Case: process, Properties: []event.Property{{Name: "ARCH", Value: "none"}}})
	j.Handle(event.RunFinished{At: begin})
	text, err := os.ReadFile(path)
	for _, want := range []string{
		`<testcase name="test_a[1]" classname="other" time="0.000" assertions="9">`,
		`<property name="interlock.case" value="test_x.py::test_a[1]"/>`,
		`<property name="requirement" value="R&lt;1&gt;"/>`,
		"    <properties>\n      <property name=\"ARCH\" value=\"none\"/>\n    </properties>\n    <testcase",
	} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%v: no %s in %s", err, want, text)
		}
	}
}

// The log has the first line of what went wrong, and test.xml its text.
func TestLongMessages(t *testing.T) {
	long := event.Outcome{Status: event.Failed, Message: "\nassert 1 == 2\n- 1\n+ 2", Text: "E  assert 1 == 2"}
	wantLog(t, logOf(report.Style{}, finished("x", long)), "interlock: FAIL x (ran 1.00 s, waited 0.00 s): assert 1 == 2 ...\n")
	j, path := newReport(t)
	j.Handle(started("x"))
	j.Handle(output("x", "printed\n"))
	j.Handle(finished("x", long))
	j.Handle(event.RunFinished{At: begin})
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), ">E  assert 1 == 2</failure>") {
		t.Errorf("%v, %s", err, text)
	}
}

// A case that its program forgives does not count for the verdict.
func TestForgivenCases(t *testing.T) {
	forgiven := finished("x", bad)
	forgiven.Amends, forgiven.Forgiven = true, true
	for want, events := range map[int][]event.Event{
		0: {finished("x", bad), forgiven},
		1: {finished("x", bad), finished("y", bad), forgiven},
	} {
		v := &report.Verdict{}
		for _, e := range events {
			v.Handle(e)
		}
		if got := v.ExitCode(); got != want {
			t.Errorf("the exit code is %d, want %d", got, want)
		}
	}
}
