// Package report tells what the engine does: a log for people, and test.xml
// for tools.
package report

import (
	"fmt"
	"io"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// Prefix begins each line of the log that is the runner's own.
const Prefix = "interlock: "

// console writes the log.
type console struct {
	w       io.Writer
	midLine bool // the last output did not end its line
}

// Console returns a sink that writes what cases print to w as it is, and lines
// of its own about waits and results.
func Console(w io.Writer) event.Sink { return &console{w: w} }

func (c *console) Handle(e event.Event) {
	switch e := e.(type) {
	case event.CaseOutput:
		c.output(e.Text)
	case event.CaseWaiting:
		c.printf("%s waits for %s since %s (%s)", e.Case.Name, e.Group, e.Since.Format(time.TimeOnly), seconds(e.At.Sub(e.Since)))
	case event.CaseFinished:
		c.finished(e)
	}
}

func (c *console) output(text []byte) {
	if len(text) == 0 {
		return
	}
	_, _ = c.w.Write(text)
	c.midLine = text[len(text)-1] != '\n'
}

func (c *console) finished(e event.CaseFinished) {
	message := ""
	if e.Outcome.Message != "" {
		message = ": " + e.Outcome.Message
	}
	c.printf("%s %s (ran %s, waited %s)%s", e.Outcome.Status, e.Case.Name, seconds(e.Ran), seconds(e.Waited), message)
}

func (c *console) printf(format string, args ...any) {
	newline := ""
	if c.midLine {
		newline, c.midLine = "\n", false
	}
	_, _ = fmt.Fprintf(c.w, newline+Prefix+format+"\n", args...)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
