package suites

import (
	"encoding/xml"
	"fmt"
	"os"
	"time"
)

// Longest is how long the case that waited longest has waited for its turn, and how long the one
// that ran longest has run.
type Longest struct{ Wait, Case time.Duration }

// with returns the longer ones of both.
func (l Longest) with(other Longest) Longest {
	return Longest{Wait: max(l.Wait, other.Wait), Case: max(l.Case, other.Case)}
}

// waited is the property of a case in test.xml that says how long it has waited, in seconds.
const waited = "interlock.waited_seconds"

// readLongest reads a test.xml.
func readLongest(report string) (l Longest, err error) {
	text, err := os.ReadFile(report)
	if err != nil {
		return l, err
	}
	var all struct {
		Cases []struct {
			Took       float64 `xml:"time,attr"` // seconds
			Properties []struct {
				Name  string `xml:"name,attr"`
				Value string `xml:"value,attr"`
			} `xml:"properties>property"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text, &all); err != nil {
		return l, fmt.Errorf("%s: %w", report, err)
	}
	for _, c := range all.Cases {
		l.Case = max(l.Case, time.Duration(c.Took*float64(time.Second)))
		for _, p := range c.Properties {
			if p.Name != waited {
				continue
			}
			wait, err := time.ParseDuration(p.Value + "s")
			if err != nil {
				return l, fmt.Errorf("%s: %w", report, err)
			}
			l.Wait = max(l.Wait, wait)
		}
	}
	return l, nil
}
