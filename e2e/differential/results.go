package main

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

// results are the outcomes of a package's tests, by full name: one each, if all is well.
type results map[string][]string

// Outcomes.
const (
	passed  = "pass"
	failed  = "fail"
	skipped = "skip"
	// errored is for a test that did not run, or in pytest for what goes wrong around one.
	errored = "error"
	// xfailed is for a test that fails as pytest was told that it would.
	xfailed = "xfail"
	// missing stands for no outcome.
	missing = "missing"
)

// wholePackage is the name under which results have the outcome of all tests together, which is
// also the outcome of the process.
const wholePackage = "(package)"

// isAroundTests reports whether one of the runner's names is not a test's own: TestMain in Go, a
// session of pytest.
func isAroundTests(name string) bool { return name == "TestMain" || strings.HasPrefix(name, "session") }

const (
	// typeXFail is the type that test.xml has for a test that fails as expected.
	typeXFail = "pytest.xfail"
	// nameInLog is the property with a test's unique name, if test.xml has another one.
	nameInLog = "interlock.case"
)

// address matches what %p prints, which some tests have in their names.
var address = regexp.MustCompile(`0x[0-9a-f]{6,}`)

// stable returns a name without the addresses that differ from process to process.
func stable(test string) string { return address.ReplaceAllString(test, "0xADDRESS") }

func (r results) add(test, outcome string) {
	test = stable(test)
	r[test] = append(r[test], outcome)
	slices.Sort(r[test])
}

// of describes the outcomes of a test.
func (r results) of(test string) string {
	if len(r[test]) == 0 {
		return missing
	}
	return strings.Join(r[test], "+")
}

// setPackage adds the outcome of the whole package.
func (r results) setPackage(ok bool) {
	if ok {
		r[wholePackage] = []string{passed}
	} else {
		r[wholePackage] = []string{failed}
	}
}

// count returns how many tests and how many subtests there are.
func (r results) count() (tests, subtests int) {
	for name := range r {
		switch {
		case name == wholePackage:
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
func (r results) hasPart(name string) bool {
	for i, letter := range name {
		if letter == '/' && len(r[name[:i]]) > 0 {
			return true
		}
	}
	return false
}

// parseEvents reads what test2json prints. A test that began and has no result was ended with its
// process, and has failed.
func parseEvents(text []byte) (results, error) {
	r := results{}
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
		case e.Action == passed, e.Action == failed, e.Action == skipped:
			r.add(e.Test, e.Action)
		}
	}
	for test, n := range began {
		for range n - len(r[test]) {
			r.add(test, failed)
		}
	}
	return r, lines.Err()
}

// addReport adds the outcomes of a test.xml. It returns an error if the file contradicts itself.
func (r results) addReport(path string) error {
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

func (r results) addSuite(s xmlSuite) error {
	counts := map[string]int{}
	for _, c := range s.Cases {
		outcome := passed
		switch {
		case c.Failure != nil:
			outcome = failed
		case c.Error != nil:
			outcome = errored
		case c.Skipped != nil && c.Skipped.Type == typeXFail:
			outcome = xfailed
		case c.Skipped != nil:
			outcome = skipped
		}
		counts[outcome]++
		for _, p := range c.Properties {
			if p.Name == nameInLog {
				c.Name = p.Value
			}
		}
		if isAroundTests(c.Name) && outcome != passed {
			continue // the exit code says it too
		}
		r.add(c.Name, outcome)
	}
	if s.Tests != len(s.Cases) || s.Failures != counts[failed] || s.Errors != counts[errored] ||
		s.Skipped != counts[skipped]+counts[xfailed] {
		return fmt.Errorf("test.xml counts %d tests, %d failures, %d errors, %d skipped, but has %d and %v",
			s.Tests, s.Failures, s.Errors, s.Skipped, len(s.Cases), counts)
	}
	return nil
}
