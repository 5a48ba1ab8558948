package report

import (
	"encoding/xml"
	"fmt"
	"time"
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
		Name       string         `xml:"name,attr"`
		Class      string         `xml:"classname,attr"`
		Time       string         `xml:"time,attr"`
		Properties *xmlProperties `xml:"properties"`
		Failure    *xmlProblem    `xml:"failure"`
		Error      *xmlProblem    `xml:"error"`
		Skipped    *xmlProblem    `xml:"skipped"`
		Output     string         `xml:"system-out,omitempty"`
	}
	xmlProperties struct {
		Properties []xmlProperty `xml:"property"`
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

// xmlTime prints seconds with a point: Bazel reads a number without one as
// milliseconds (TestXmlOutputParser).
func xmlTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
