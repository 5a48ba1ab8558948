package timeline

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Property is the name of the properties in test.xml that have the same as the file, as JSON: that
// of the suite has the file without its cases, and that of each case has the case. The name of the
// case is missing there if it is that of the element.
const Property = "interlock.timeline"

// ErrNoTimeline means that a test.xml has no such properties.
var ErrNoTimeline = errors.New("timeline: this test.xml has no property " + Property +
	"\nhint: only tests that run with rules_interlock have one, and only if they got as far as their first case")

// Head returns the property of the suite.
func (f File) Head() []byte {
	f.Cases = nil
	return forXML(marshal(f))
}

// Property returns the property of the case whose element has a name.
func (c Case) Property(name string) []byte {
	if c.Name == name && isPlain(name) {
		c.Name = ""
	}
	return forXML(c.appendJSON(make([]byte, 0, 256)))
}

// propertyOfCase is Case, with a name that may be missing.
type propertyOfCase struct {
	Name     string    `json:"name,omitempty"`
	Together string    `json:"together,omitempty"`
	Serial   bool      `json:"serial,omitempty"`
	Takes    float64   `json:"takes,omitempty"`
	Needs    []int     `json:"needs,omitempty"`
	Attempts []Attempt `json:"attempts,omitempty"`
}

// isPlain reports whether a name is in an XML attribute as it is.
func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}

// forXML returns JSON without characters that XML does not have.
func forXML(text []byte) []byte {
	for bad, escape := range map[string]string{"\uFFFE": `\ufffe`, "\uFFFF": `\uffff`} {
		if bytes.Contains(text, []byte(bad)) {
			text = bytes.ReplaceAll(text, []byte(bad), []byte(escape))
		}
	}
	return text
}

type (
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	xmlCase struct {
		Name       string        `xml:"name,attr"`
		Properties []xmlProperty `xml:"properties>property"`
	}
	xmlSuite struct {
		Properties []xmlProperty `xml:"properties>property"`
		Cases      []xmlCase     `xml:"testcase"`
	}
)

// FromXML reads what a test.xml has of the file. It may be that of a runner that was killed. If the
// order of the cases is random, it is that of the run, and not of the list.
func FromXML(from io.Reader) (File, error) {
	var report struct {
		Suites []xmlSuite `xml:"testsuite"`
	}
	if err := xml.NewDecoder(from).Decode(&report); err != nil {
		return File{}, fmt.Errorf("timeline: %w", err)
	}
	for _, suite := range report.Suites {
		if head := propertyIn(suite.Properties); head != "" {
			return suite.file(head)
		}
	}
	return File{}, ErrNoTimeline
}

func (s xmlSuite) file(head string) (File, error) {
	f, err := Parse([]byte(head))
	if err != nil {
		return File{}, err
	}
	f.Cases = []Case{}
	for _, element := range s.Cases {
		text := propertyIn(element.Properties)
		if text == "" {
			continue // a part of a case
		}
		c := propertyOfCase{Name: element.Name}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return File{}, fmt.Errorf("timeline: the case %s: %w", element.Name, err)
		}
		f.Cases = append(f.Cases, Case(c))
	}
	return f, nil
}

func propertyIn(properties []xmlProperty) string {
	for _, p := range properties {
		if p.Name == Property {
			return p.Value
		}
	}
	return ""
}
