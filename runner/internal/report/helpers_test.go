package report_test

import (
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

// begin is when every run of these tests starts.
var begin = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

func at(d time.Duration) time.Time { return begin.Add(d) }

func caseNamed(name string) event.Case { return event.Case{Name: name, Class: "//pkg:x_test"} }

func started(names ...string) event.RunStarted {
	e := event.RunStarted{At: begin}
	for _, name := range names {
		e.Cases = append(e.Cases, caseNamed(name))
	}
	return e
}

// finished is the end of a case a second after the start.
func finished(name string, o event.Outcome) event.CaseFinished {
	return event.CaseFinished{Case: caseNamed(name), Outcome: o, At: at(time.Second), Ran: time.Second}
}

func output(name, text string) event.CaseOutput {
	return event.CaseOutput{Case: caseNamed(name), Text: []byte(text)}
}

// newReport returns a JUnit sink and the file that it writes.
func newReport(t *testing.T) (j *report.JUnit, path string) {
	path = filepath.Join(t.TempDir(), "test.xml")
	return report.NewJUnit(path, "//pkg:x_test"), path
}

// suite is what a reader gets from a report.
type suite struct {
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Skipped  int        `xml:"skipped,attr"`
	Cases    []testCase `xml:"testcase"`
}

type testCase struct {
	Name    string   `xml:"name,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
	Skipped *problem `xml:"skipped"`
	Output  string   `xml:"system-out"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
}

func read(t *testing.T, path string) suite {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) suite {
	t.Helper()
	var suites struct {
		Suites []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &suites); err != nil || len(suites.Suites) != 1 {
		t.Fatalf("%v in %q", err, text)
	}
	return suites.Suites[0]
}
