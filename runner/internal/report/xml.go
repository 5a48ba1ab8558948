package report

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
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

// writeXML writes the whole report piece by piece, since it may be long.
func writeXML(to io.Writer, suite xmlSuite) error {
	buffer := bufio.NewWriter(to)
	_, _ = buffer.WriteString(xml.Header) // Flush returns its error
	encoder := xml.NewEncoder(buffer)
	encoder.Indent("", "  ")
	if err := encoder.Encode(xmlSuites{Suite: suite}); err != nil {
		return err
	}
	_ = buffer.WriteByte('\n')
	return buffer.Flush()
}
