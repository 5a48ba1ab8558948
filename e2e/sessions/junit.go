package main

import (
	"encoding/xml"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
)

// key identifies a case in JUnit.
type key struct{ class, name string }

func (k key) String() string {
	if k.class == "" {
		return k.name
	}
	return k.class + " " + k.name
}

// outcome is the outcome of a case.
type outcome string

const (
	passed  outcome = "passed"
	failed  outcome = "failed"
	errored outcome = "error"
	skipped outcome = "skipped"
	// notRun is what the runner reports for a case that it has not started.
	notRun outcome = "not run"
	// missing stands for no outcome.
	missing outcome = "missing"
)

func (o outcome) bad() bool { return o == failed || o == errored }

// report is the content of a JUnit file.
type report struct {
	cases      map[key]outcome
	properties map[key]map[string]string
	// twice are cases that occur several times, with the same outcome or not.
	twice []key
}

func (r *report) of(k key) outcome {
	if o, ok := r.cases[k]; ok {
		return o
	}
	return missing
}

// anyBad reports whether a case is bad.
func (r *report) anyBad() bool { return r.anyIs(failed) || r.anyIs(errored) }

func (r *report) anyIs(o outcome) bool { return r.count(o) > 0 || r.countAround(o) > 0 }

// count returns how many tests have an outcome, and countAround how many cases that stand for
// what is around the tests.
func (r *report) count(o outcome) int       { return r.countIf(o, false) }
func (r *report) countAround(o outcome) int { return r.countIf(o, true) }

func (r *report) countIf(o outcome, around bool) (n int) {
	for k, got := range r.cases {
		if got == o && k.around() == around {
			n++
		}
	}
	return n
}

// xmlCase is a testcase, as pytest and the runner write it.
type xmlCase struct {
	Class   string    `xml:"classname,attr"`
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
}

// readReports reads the files that exist, as one report. It is nil if there are none.
func readReports(paths ...string) (*report, error) {
	var r *report
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r == nil {
			r = &report{cases: map[key]outcome{}, properties: map[key]map[string]string{}}
		}
		if err := r.add(text); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *report) add(text []byte) error {
	var document struct {
		Suites []struct {
			Cases []xmlCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &document); err != nil {
		return err
	}
	for _, suite := range document.Suites {
		for _, c := range suite.Cases {
			r.addCase(c)
		}
	}
	return nil
}

func (r *report) addCase(c xmlCase) {
	k, o := c.key(), c.outcome()
	if before, ok := r.cases[k]; ok {
		r.twice = append(r.twice, k)
		o = worse(before, o)
	}
	r.cases[k] = o
	for _, p := range c.Properties {
		if r.properties[k] == nil {
			r.properties[k] = map[string]string{}
		}
		r.properties[k][p.Name] = p.Value
	}
}

// worse returns which of two outcomes of a case counts: if a test fails and its fixture also
// fails at its end, pytest notes the test twice.
func worse(a, b outcome) outcome {
	order := []outcome{failed, errored, passed, skipped, notRun}
	if slices.Index(order, a) < slices.Index(order, b) {
		return a
	}
	return b
}

func (c xmlCase) outcome() outcome {
	switch {
	case c.Failure != nil:
		return failed
	case c.Error != nil:
		return errored
	case c.Skipped == nil:
		return passed
	case slices.Contains([]string{"not-run", "fail-fast", "timeout", "interrupted"}, c.Skipped.Type):
		return notRun
	}
	return skipped
}

var pythonFile = regexp.MustCompile(`\.py$`)

// key returns the names that pytest would give, if the runner gives a node ID.
func (c xmlCase) key() key {
	node, parameters, parametrized := strings.Cut(c.Name, "[")
	if !strings.Contains(node, "::") && !pythonFile.MatchString(c.Name) {
		return key{c.Class, c.Name}
	}
	names := strings.Split(node, "::")
	names[0] = pythonFile.ReplaceAllString(strings.ReplaceAll(names[0], "/", "."), "")
	last := len(names) - 1
	if parametrized {
		names[last] += "[" + parameters
	}
	return key{strings.Join(names[:last], "."), names[last]}
}

// around reports whether a case of the runner's stands for what is around the tests. Its class
// may be the target's label.
func (k key) around() bool {
	return k.name == "session" || strings.HasPrefix(k.name, "session of worker ") || strings.HasPrefix(k.class, "//")
}
