// Package report reports the results of the cases: in the log (console), in test.xml (junit) and
// by the exit code.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Prefix begins each line that the runner itself writes to the log.
const Prefix = "interlock: "

// maxGrouped is how many bytes of a case's output are held back until the case has finished.
// Anything beyond that appears at once.
const maxGrouped = 1 << 20

// Style is how much the log says, and in what order.
type Style struct {
	// Grouped says whether the output of a case appears in one piece, when the case has finished,
	// so that the output of other cases does not get in between.
	Grouped bool
	// Brief says whether a case that passed is only counted.
	Brief bool
}

// console writes the log.
type console struct {
	w       io.Writer
	style   Style
	midLine bool       // the last output did not end its line
	last    event.Case // which wrote it
	held    map[event.Case][]byte
	started map[event.Case]int // the last attempt
	count   [4]int             // by event.Status
	flaky   int
	notRun  map[string]int // cases that their program did not run, by reason
}

// Console returns a sink that writes what cases print to w unchanged, and lines of its own about
// waits and results.
func Console(w io.Writer, style Style) event.Sink {
	return &console{w: w, style: style, held: map[event.Case][]byte{}, started: map[event.Case]int{}, notRun: map[string]int{}}
}

func (c *console) Handle(e event.Event) {
	switch e := e.(type) {
	case event.CaseStarted:
		c.start(e)
	case event.CaseOutput:
		c.output(e)
	case event.CaseRetried:
		c.retried(e)
	case event.CaseWaiting:
		c.waiting(e)
	case event.CaseFinished:
		c.finished(e)
	case event.RunFinished:
		c.summary()
	}
}

func (c *console) waiting(e event.CaseWaiting) {
	holders := ""
	if e.Holders != "" {
		holders = ", which is held by " + e.Holders
	}
	c.printf("%s waits for %s since %s (%s)%s", e.Case.FullName(), e.Group, e.Since.Format(time.TimeOnly), seconds(e.At.Sub(e.Since)), holders)
}

func (c *console) summary() {
	for _, why := range slices.Sorted(maps.Keys(c.notRun)) {
		c.printf("note: %d not run: %s", c.notRun[why], why)
	}
	if !c.style.Brief {
		return
	}
	flaky := ""
	if c.flaky > 0 {
		flaky = fmt.Sprintf(" (%d flaky)", c.flaky)
	}
	c.printf("%d passed%s, %d failed, %d with an error, %d skipped",
		c.count[event.Passed], flaky, c.count[event.Failed], c.count[event.Errored], c.count[event.Skipped])
}

func (c *console) start(e event.CaseStarted) {
	if last, ok := c.started[e.Case]; ok && last == e.Attempt {
		delete(c.held, e.Case)
		c.printf("%s runs again, since the process that it was in ended", e.Case.FullName())
	}
	c.started[e.Case] = e.Attempt
}

func (c *console) output(e event.CaseOutput) {
	whole := e.Case.Whole()
	if !c.style.Grouped || whole == (event.Case{}) {
		c.write(whole, e.Text)
		return
	}
	held := append(c.held[whole], e.Text...)
	if len(held) > maxGrouped {
		c.write(whole, held)
		held = held[:0]
	}
	c.held[whole] = held
}

func (c *console) write(by event.Case, text []byte) {
	if len(text) == 0 {
		return
	}
	if by != c.last {
		c.endLine()
	}
	c.last = by
	_, _ = c.w.Write(text)
	c.midLine = text[len(text)-1] != '\n'
}

func (c *console) retried(e event.CaseRetried) {
	c.writeHeld(e.Case)
	c.printf("%s %s (ran %s)%s; attempt %d, and it runs again in %s",
		wordFor(e.Outcome), e.Case.FullName(), seconds(e.Ran), messageOf(e.Outcome), e.Attempt, seconds(e.Delay))
}

func (c *console) finished(e event.CaseFinished) {
	if e.Leak != "" && e.Outcome.Type != event.TypeLeak {
		c.printf("leak: %s", e.Leak)
	}
	if e.Note != "" {
		c.printf("note: %s", e.Note)
	}
	if e.Forgiven {
		c.printf("note: %s does not count: the program has made nothing of it", e.Case.FullName())
	}
	if e.Case.Sub != "" || e.Forgiven || e.Case.Process && !e.Outcome.Bad() {
		return
	}
	if e.Amends {
		c.count[e.Before]--
	}
	if e.Outcome.Type == event.TypeNotRun {
		c.notRun[e.Outcome.Message]++
	}
	c.count[e.Outcome.Status]++
	c.writeHeld(e.Case)
	flaky := ""
	if e.Outcome.Status == event.Passed && e.Attempt > 1 {
		c.flaky++
		flaky = fmt.Sprintf(", flaky: attempt %d", e.Attempt)
	}
	if c.style.Brief && !e.Outcome.Bad() && flaky == "" {
		return
	}
	c.printf("%s %s (ran %s, waited %s%s)%s",
		wordFor(e.Outcome), e.Case.FullName(), seconds(e.Ran), seconds(e.Waited), flaky, messageOf(e.Outcome))
}

// wordFor returns the word that people look for in a log.
func wordFor(o event.Outcome) string {
	if o.Type == event.TypeTimeout {
		return "TIMEOUT"
	}
	return o.Status.String()
}

// writeHeld writes what was held back of a case's output.
func (c *console) writeHeld(of event.Case) {
	c.write(of, c.held[of])
	delete(c.held, of)
}

// messageOf continues a line with the first line of an outcome's message, if there is one. The
// other lines are in what the case has written.
func messageOf(o event.Outcome) string {
	line, _, more := strings.Cut(strings.TrimSpace(o.Message), "\n")
	switch {
	case line == "":
		return ""
	case more:
		line += " ..."
	}
	return ": " + line
}

func (c *console) printf(format string, args ...any) {
	c.endLine()
	_, _ = fmt.Fprintf(c.w, Prefix+format+"\n", args...)
}

func (c *console) endLine() {
	if c.midLine {
		_, _ = io.WriteString(c.w, "\n")
		c.midLine = false
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
