package app

import (
	"encoding/xml"
	"strings"
)

// testXML is what a reader gets from test.xml.
type testXML struct {
	Tests int       `xml:"tests,attr"`
	Cases []xmlCase `xml:"testcase"`
}

type xmlCase struct {
	Name       string        `xml:"name,attr"`
	Class      string        `xml:"classname,attr"`
	Failure    *xmlProblem   `xml:"failure"`
	Error      *xmlProblem   `xml:"error"`
	Skipped    *xmlProblem   `xml:"skipped"`
	Output     string        `xml:"system-out"`
	Flaky      []xmlProblem  `xml:"flakyFailure"`
	Rerun      []xmlProblem  `xml:"rerunFailure"`
	Properties []xmlProperty `xml:"properties>property"`
}

type xmlProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type xmlProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Output  string `xml:"system-out"`
}

// report returns the test.xml of the target.
func (x *target) report() testXML {
	x.t.Helper()
	text, _ := x.read("test.xml")
	var suites struct {
		Suites []testXML `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &suites); err != nil || len(suites.Suites) != 1 {
		x.t.Fatalf("test.xml: %v in %q", err, text)
	}
	for i, c := range suites.Suites[0].Cases {
		for _, p := range c.Properties {
			if p.Name == "interlock.case" { // the log's name, if test.xml has another one
				suites.Suites[0].Cases[i].Name = p.Value
			}
		}
	}
	return suites.Suites[0]
}

// wantError fails the test unless test.xml has its one case as an error of that type, with all of
// texts in the message.
func (x *target) wantError(kind string, texts ...string) {
	x.t.Helper()
	r := x.report()
	if len(r.Cases) != 1 || r.Cases[0].Error == nil {
		x.t.Fatalf("test.xml has %+v, want one error", r)
	}
	e := r.Cases[0].Error
	if e.Type != kind {
		x.t.Errorf("the error is %+v, want its type to be %s", e, kind)
	}
	for _, text := range texts {
		if !strings.Contains(e.Message, text) {
			x.t.Errorf("the error is %+v, want %q in it", e, text)
		}
	}
}
