// Package outcomes reads what became of tests, from test2json, from pytest and from test.xml, and
// compares it.
package outcomes

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Results are the outcomes of a package's tests, by full name: one each, if all is well.
type Results map[string][]string

// Outcomes.
const (
	Passed  = "pass"
	Failed  = "fail"
	Skipped = "skip"
	// Errored is for a test that did not run, or in pytest for what goes wrong around one.
	Errored = "error"
	// XFailed is for a test that fails as pytest was told that it would.
	XFailed = "xfail"
	// Missing stands for no outcome.
	Missing = "missing"
)

// WholePackage is the name under which results have the outcome of all tests together, which is
// also the outcome of the process.
const WholePackage = "(package)"

// isAroundTests reports whether one of the runner's names is not a test's own: TestMain in Go, a
// session of pytest.
func isAroundTests(name string) bool { return name == "TestMain" || strings.HasPrefix(name, "session") }

const (
	// typeXFail is the type that test.xml has for a test that fails as expected.
	typeXFail = "pytest.xfail"
	// nameInLog is the property with a test's unique name, if test.xml has another one.
	nameInLog = "interlock.case"
)

// Texts that some tests have in their names, and that differ from process to process.
var (
	// address matches what %p prints.
	address = regexp.MustCompile(`0x[0-9a-f]{6,}`)
	// temporary matches what t.TempDir returns.
	temporary = regexp.MustCompile(`(/[^/='" ]+)*/Test[^/='" ]*[0-9]/[0-9]{3}\b`)
)

// stable returns a name without such texts.
func stable(test string) string {
	return temporary.ReplaceAllString(address.ReplaceAllString(test, "0xADDRESS"), "/TEMPORARY")
}

// Add adds an outcome of a test.
func (r Results) Add(test, outcome string) {
	test = stable(test)
	r[test] = append(r[test], outcome)
	slices.Sort(r[test])
}

// Of describes the outcomes of a test.
func (r Results) Of(test string) string {
	if len(r[test]) == 0 {
		return Missing
	}
	return strings.Join(r[test], "+")
}

// SetPackage adds the outcome of the whole package.
func (r Results) SetPackage(ok bool) {
	if ok {
		r[WholePackage] = []string{Passed}
	} else {
		r[WholePackage] = []string{Failed}
	}
}

// Count returns how many tests and how many subtests there are.
func (r Results) Count() (tests, subtests int) {
	for name := range r {
		switch {
		case name == WholePackage:
		case r.hasPart(name):
			subtests++
		default:
			tests++
		}
	}
	return tests, subtests
}

// hasPart reports whether a name belongs to a part of another test. A slash does not show that:
// the node IDs of pytest are full of them.
func (r Results) hasPart(name string) bool {
	for i, letter := range name {
		if letter == '/' && len(r[name[:i]]) > 0 {
			return true
		}
	}
	return false
}

// ParseEvents reads what test2json prints. A test that began and has no result was ended with its
// process, and has failed.
func ParseEvents(text []byte) (Results, error) {
	r := Results{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	began := map[string]int{}
	for lines.Scan() {
		var e struct{ Action, Test string }
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("test2json: %w in %q", err, lines.Text())
		}
		switch {
		case e.Test == "":
		case e.Action == "run":
			began[stable(e.Test)]++
		case e.Action == Passed, e.Action == Failed, e.Action == Skipped:
			r.Add(e.Test, e.Action)
		}
	}
	for test, n := range began {
		for range n - len(r[test]) {
			r.Add(test, Failed)
		}
	}
	return r, lines.Err()
}

// AddReport adds the outcomes of a test.xml. It returns an error if the file contradicts itself.
func (r Results) AddReport(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var report struct {
		Suites []xmlSuite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &report); err != nil {
		return err
	}
	if len(report.Suites) != 1 {
		return fmt.Errorf("test.xml has %d suites", len(report.Suites))
	}
	return r.addSuite(report.Suites[0])
}

// xmlSuite is the part of a test.xml that counts here.
type xmlSuite struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Cases    []struct {
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Error   *struct{} `xml:"error"`
		Skipped *struct {
			Type string `xml:"type,attr"`
		} `xml:"skipped"`
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"properties>property"`
	} `xml:"testcase"`
}

func (r Results) addSuite(s xmlSuite) error {
	counts := map[string]int{}
	for _, c := range s.Cases {
		outcome := Passed
		switch {
		case c.Failure != nil:
			outcome = Failed
		case c.Error != nil:
			outcome = Errored
		case c.Skipped != nil && c.Skipped.Type == typeXFail:
			outcome = XFailed
		case c.Skipped != nil:
			outcome = Skipped
		}
		counts[outcome]++
		for _, p := range c.Properties {
			if p.Name == nameInLog {
				c.Name = p.Value
			}
		}
		if isAroundTests(c.Name) && outcome != Passed {
			continue // the exit code says it too
		}
		r.Add(c.Name, outcome)
	}
	if s.Tests != len(s.Cases) || s.Failures != counts[Failed] || s.Errors != counts[Errored] ||
		s.Skipped != counts[Skipped]+counts[XFailed] {
		return fmt.Errorf("test.xml counts %d tests, %d failures, %d errors, %d skipped, but has %d and %v",
			s.Tests, s.Failures, s.Errors, s.Skipped, len(s.Cases), counts)
	}
	return nil
}
