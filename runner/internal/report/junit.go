package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// The elements of JUnit's format that Bazel and CI systems read.
type (
	xmlSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suite   xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		Name      string     `xml:"name,attr"`
		Tests     int        `xml:"tests,attr"`
		Failures  int        `xml:"failures,attr"`
		Errors    int        `xml:"errors,attr"`
		Skipped   int        `xml:"skipped,attr"`
		Time      string     `xml:"time,attr"`
		Timestamp string     `xml:"timestamp,attr"`
		Cases     []*xmlCase `xml:"testcase"`
	}
	xmlCase struct {
		Name       string        `xml:"name,attr"`
		Class      string        `xml:"classname,attr"`
		Time       string        `xml:"time,attr"`
		Properties []xmlProperty `xml:"properties>property,omitempty"`
		Failure    *xmlProblem   `xml:"failure"`
		Error      *xmlProblem   `xml:"error"`
		Skipped    *xmlProblem   `xml:"skipped"`
		Output     string        `xml:"system-out,omitempty"`
	}
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	xmlProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
	}
)

// unfinished is what test.xml says of a case until that has finished, so that
// a report which is left behind by a runner that was killed tells the truth.
var unfinished = xmlProblem{Message: "not finished when this report was written: the test was killed", Type: "unfinished"}

// JUnit keeps a report in JUnit's format up to date in a file.
type JUnit struct {
	path    string
	suite   xmlSuite
	started time.Time
	cases   map[event.Case]*xmlCase
	outputs map[event.Case]*tail
	err     error
}

// NewJUnit returns a sink that writes the report of the test called suite to
// path, complete at any moment, and anew after each case.
func NewJUnit(path, suite string) *JUnit {
	return &JUnit{
		path: path, suite: xmlSuite{Name: suite},
		cases: map[event.Case]*xmlCase{}, outputs: map[event.Case]*tail{},
	}
}

// Err returns the first error of writing the report.
func (j *JUnit) Err() error { return j.err }

// Handle implements event.Sink.
func (j *JUnit) Handle(e event.Event) {
	switch e := e.(type) {
	case event.RunStarted:
		j.begin(e)
		j.write(e.At)
	case event.CaseOutput:
		j.outputOf(e.Case).add(e.Text)
	case event.CaseFinished:
		j.finish(e)
		j.write(e.At)
	case event.RunFinished:
		j.write(e.At)
	}
}

func (j *JUnit) begin(e event.RunStarted) {
	j.started = e.At
	j.suite.Timestamp = e.At.Format("2006-01-02T15:04:05")
	for _, c := range e.Cases {
		element := &xmlCase{Name: c.Name, Class: c.Class, Time: xmlTime(0), Error: &unfinished}
		j.cases[c] = element
		j.suite.Cases = append(j.suite.Cases, element)
	}
}

func (j *JUnit) outputOf(c event.Case) *tail {
	if j.outputs[c] == nil {
		j.outputs[c] = &tail{}
	}
	return j.outputs[c]
}

func (j *JUnit) finish(e event.CaseFinished) {
	element := j.cases[e.Case]
	element.Time = xmlTime(e.Ran)
	element.Properties = []xmlProperty{{Name: "interlock.waited_seconds", Value: xmlTime(e.Waited)}}
	element.Output = j.outputOf(e.Case).String()
	delete(j.outputs, e.Case)
	problem := &xmlProblem{Message: e.Outcome.Message, Type: e.Outcome.Type}
	element.Failure, element.Error, element.Skipped = nil, nil, nil
	switch e.Outcome.Status {
	case event.Failed:
		element.Failure = problem
	case event.Errored:
		element.Error = problem
	case event.Skipped:
		element.Skipped = problem
	}
}

// write replaces the file by what is known at the given time.
func (j *JUnit) write(at time.Time) {
	j.count()
	j.suite.Time = xmlTime(at.Sub(j.started))
	if err := j.replace(); err != nil && j.err == nil {
		j.err = fmt.Errorf("writing test.xml: %w", err)
	}
}

func (j *JUnit) count() {
	s := &j.suite
	s.Tests, s.Failures, s.Errors, s.Skipped = len(s.Cases), 0, 0, 0
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

// replace writes beside the file and renames, so that whoever reads it, or
// kills this process, finds a whole report.
func (j *JUnit) replace() error {
	text := bytes.NewBufferString(xml.Header)
	encoder := xml.NewEncoder(text)
	encoder.Indent("", "  ")
	if err := encoder.Encode(xmlSuites{Suite: j.suite}); err != nil {
		return err
	}
	text.WriteByte('\n')
	aside := filepath.Join(filepath.Dir(j.path), "."+filepath.Base(j.path)+".tmp")
	if err := os.WriteFile(aside, text.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(aside, j.path)
}

// xmlTime prints seconds with a point: Bazel reads a number without one as
// milliseconds (TestXmlOutputParser).
func xmlTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
