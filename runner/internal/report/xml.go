package report

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// The elements of JUnit's format that Bazel and CI systems read.
type (
	xmlSuite struct {
		Name                             string
		Tests, Failures, Errors, Skipped int
		Time                             string
		Timestamp                        string
		Properties                       []xmlProperty
		Cases                            []*xmlCase
	}
	xmlCase struct {
		Name       string
		Class      string
		Time       string
		Attributes []xmlProperty
		Properties []xmlProperty
		Record     []byte // of the case; nil if there is none
		Failure    *xmlProblem
		Error      *xmlProblem
		Skipped    *xmlProblem
		Attempts   []xmlAttempt
		Output     string
	}
	// xmlAttempt is one of several attempts, in the format of Maven's Surefire (its schema
	// surefire-test-report-3.0.xsd).
	xmlAttempt struct {
		Tag string
		xmlProblem
		Output string
	}
	xmlProperty struct {
		Name  string
		Value string
		// JSON is the value instead, if it is JSON. Most of what would have to be escaped there is
		// quotes, so the value is in single ones.
		JSON []byte
	}
	xmlProblem struct {
		Message string
		Type    string
		// Text is the text between the tags: many readers show nothing else.
		Text string
	}
)

// xmlTime prints seconds with a point: Bazel reads a number without one as
// milliseconds (TestXmlOutputParser).
func xmlTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// writeXML writes the whole report piece by piece, because it may be long. It avoids the
// reflection of xml.Encoder, which took half of the runner's time if cases are many and short.
func writeXML(to io.Writer, suite xmlSuite) error {
	w := xmlWriter{bufio.NewWriterSize(to, 64<<10)}
	w.raw(xml.Header + "<testsuites>\n")
	w.suite(suite)
	w.raw("</testsuites>\n")
	return w.Flush()
}

// xmlWriter writes elements. Flush returns the first error.
type xmlWriter struct{ *bufio.Writer }

func (w xmlWriter) suite(s xmlSuite) {
	w.open("  <testsuite", "name", s.Name,
		"tests", strconv.Itoa(s.Tests), "failures", strconv.Itoa(s.Failures),
		"errors", strconv.Itoa(s.Errors), "skipped", strconv.Itoa(s.Skipped),
		"time", s.Time, "timestamp", s.Timestamp)
	w.raw(">\n")
	w.properties("    ", s.Properties)
	for _, c := range s.Cases {
		w.testCase(c)
	}
	w.raw("  </testsuite>\n")
}

func (w xmlWriter) testCase(c *xmlCase) {
	w.open("    <testcase", c.attributes()...)
	w.raw(">\n")
	properties := c.Properties
	if c.Record != nil {
		properties = append(slices.Clone(properties), xmlProperty{Name: timeline.Property, JSON: c.Record})
	}
	w.properties("      ", properties)
	w.problem("      <failure", c.Failure)
	w.problem("      <error", c.Error)
	w.problem("      <skipped", c.Skipped)
	for _, a := range c.Attempts {
		w.attempt(a)
	}
	w.output("      ", c.Output)
	w.raw("    </testcase>\n")
}

// attributes returns the attributes of the element: what the case's own code has recorded takes
// precedence over what we know.
func (c *xmlCase) attributes() []string {
	pairs := []string{"name", c.Name, "classname", c.Class, "time", c.Time}
	for _, a := range c.Attributes {
		at := slices.Index(pairs, a.Name)
		switch {
		case at >= 0 && at%2 == 0:
			pairs[at+1] = a.Value
		case isAttribute(a.Name):
			pairs = append(pairs, a.Name, a.Value)
		}
	}
	return pairs
}

// name is the value of the attribute of this name.
func (c *xmlCase) name() string { return c.attributes()[1] }

// isAttribute reports whether name is a valid name of an XML attribute.
func isAttribute(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	}) && !strings.ContainsAny(name[:1], "-.0123456789")
}

func (w xmlWriter) properties(indent string, properties []xmlProperty) {
	if len(properties) == 0 {
		return
	}
	w.raw(indent + "<properties>\n")
	for _, p := range properties {
		if p.JSON == nil {
			w.open(indent+"  <property", "name", p.Name, "value", p.Value)
		} else {
			w.open(indent+"  <property", "name", p.Name)
			w.json(p.JSON)
		}
		w.raw("/>\n")
	}
	w.raw(indent + "</properties>\n")
}

func (w xmlWriter) attempt(a xmlAttempt) {
	w.open("      <"+a.Tag, "message", a.Message, "type", a.Type)
	w.raw(">\n")
	w.output("        ", a.Output)
	w.raw("      </" + a.Tag + ">\n")
}

func (w xmlWriter) output(indent, text string) {
	if text != "" {
		w.raw(indent + "<system-out>")
		w.text(text)
		w.raw("</system-out>\n")
	}
}

func (w xmlWriter) problem(tag string, p *xmlProblem) {
	if p == nil {
		return
	}
	w.open(tag, "message", p.Message)
	if p.Type != "" {
		w.attributes("type", p.Type)
	}
	if p.Text == "" {
		w.raw("/>\n")
		return
	}
	w.raw(">")
	w.text(p.Text)
	w.raw("</" + strings.TrimLeft(tag, " <") + ">\n")
}

// open writes a tag without its end.
func (w xmlWriter) open(tag string, attributes ...string) {
	w.raw(tag)
	w.attributes(attributes...)
}

// attributes writes pairs of a name and a value.
func (w xmlWriter) attributes(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		w.raw(" " + pairs[i] + `="`)
		w.escaped(pairs[i+1])
		w.raw(`"`)
	}
}

// inQuotes escapes JSON for an attribute in single quotes. JSON has no control characters.
var inQuotes = strings.NewReplacer("&", "&amp;", "<", "&lt;", "'", "&#39;")

func (w xmlWriter) json(text []byte) {
	w.raw(" value='")
	if bytes.ContainsAny(text, "&<'") {
		_, _ = inQuotes.WriteString(w, string(text))
	} else {
		_, _ = w.Write(text)
	}
	w.raw("'")
}

// text writes the text between tags. Unlike in an attribute, line ends may stay as they are, for
// people to read.
func (w xmlWriter) text(text string) {
	for line := range strings.Lines(text) {
		body, ended := strings.CutSuffix(line, "\n")
		w.escaped(body)
		if ended {
			w.raw("\n")
		}
	}
}

func (w xmlWriter) escaped(text string) {
	if isPlain(text) {
		w.raw(text)
		return
	}
	_ = xml.EscapeText(w, []byte(text))
}

// isPlain reports whether text needs no escaping, as nearly all text does not.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '<' || c == '>' || c == '&' || c == '"' || c == '\'' {
			return false
		}
	}
	return true
}

func (w xmlWriter) raw(text string) { _, _ = w.WriteString(text) }
