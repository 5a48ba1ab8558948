// Package report reports the results of the cases: in the log (console), in test.xml (junit) and
// by the exit code.
package report

import (
	"fmt"
	"io"
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
	notRun  map[string]int        // cases that their program did not run, by why
	bad     map[event.Case]string // what is wrong, by case
	badIn   []event.Case          // those cases, in the order of their ends
	retries map[string]bool       // the names of cases that were retried
	record  *Record               // nil if there is none
	cases   int                   // of the shard, as far as they are known
	begun   time.Time
	barred  bool      // the last line is the bar
	nextBar time.Time // before which it is not drawn again
	running event.Case
	ran     map[string]time.Duration
	hinted  map[string]bool // the hints that were given
}

// Console returns a sink that writes what cases print to w unchanged, and lines of its own about
// waits and results. At the end it says what the record, unless that is nil, knows of what held the
// run back.
func Console(w io.Writer, style Style, record *Record) event.Sink {
	return &console{
		w: w, style: style, record: record, held: map[event.Case][]byte{}, started: map[event.Case]int{}, notRun: map[string]int{},
		bad: map[event.Case]string{}, retries: map[string]bool{}, ran: map[string]time.Duration{}, hinted: map[string]bool{},
	}
}

func (c *console) Handle(e event.Event) {
	c.handle(e)
	if c.style.Bar {
		c.drawBar(e)
	}
}

func (c *console) handle(e event.Event) {
	switch e := e.(type) {
	case event.RunStarted:
		c.begun, c.cases = e.At, len(e.Cases)
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
		c.summary(e.At)
	}
}

func (c *console) waiting(e event.CaseWaiting) {
	holders, why := "", e.Why
	if e.Holders != "" {
		holders = ", which is held by " + e.Holders
	}
	switch {
	case why != "" && holders != "":
		why = "; " + why
	case why != "":
		why = ": " + why
	}
	c.printf("%s waits for %s since %s (%s)%s%s", nameOf(e.Case), e.Group, e.Since.Format(time.TimeOnly), seconds(e.At.Sub(e.Since)),
		holders, why)
}

func (c *console) start(e event.CaseStarted) {
	if last, ok := c.started[e.Case]; ok && last == e.Attempt {
		delete(c.held, e.Case)
		c.printf("%s runs again, since the process that it was in ended", nameOf(e.Case))
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
	if by != c.last || c.barred {
		c.endLine()
	}
	c.last = by
	_, _ = c.w.Write(text)
	c.midLine = text[len(text)-1] != '\n'
}

func (c *console) retried(e event.CaseRetried) {
	c.writeHeld(e.Case)
	c.retries[nameOf(e.Case)] = true
	c.printf("%s %s (ran %s)%s; attempt %d, and it runs again in %s",
		c.wordFor(e.Outcome), nameOf(e.Case), seconds(e.Ran), messageOf(e.Outcome), e.Attempt, seconds(e.Delay))
}

func (c *console) finished(e event.CaseFinished) {
	if e.Leak != "" && e.Outcome.Type != event.TypeLeak {
		c.printf("leak: %s", clean(e.Leak))
	}
	if e.Note != "" {
		c.printf("note: %s", clean(e.Note))
	}
	if e.Forgiven {
		c.printf("note: %s does not count: the program has made nothing of it", nameOf(e.Case))
		delete(c.bad, e.Case)
		c.badIn = slices.DeleteFunc(c.badIn, func(one event.Case) bool { return one == e.Case })
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
	if e.Outcome.Status != event.Skipped {
		c.ran[nameOf(e.Case)] = e.Ran
	}
	if e.Outcome.Bad() {
		if _, known := c.bad[e.Case]; !known {
			c.badIn = append(c.badIn, e.Case)
		}
		c.bad[e.Case] = fmt.Sprintf("%s %s%s", c.wordFor(e.Outcome), nameOf(e.Case), messageOf(e.Outcome))
	}
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
		c.wordFor(e.Outcome), nameOf(e.Case), seconds(e.Ran), seconds(e.Waited), flaky, messageOf(e.Outcome))
	c.hint(e.Outcome)
}

// hintPrefix begins the lines of a message that say what to do.
const hintPrefix = "hint: "

// hint gives the hints of an outcome, each once: many cases may have the same.
func (c *console) hint(o event.Outcome) {
	for line := range strings.Lines(o.Message) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, hintPrefix) && !c.hinted[line] {
			c.hinted[line] = true
			c.printf("%s", clean(line))
		}
	}
}

// wordFor returns the word that people look for in a log.
func (c *console) wordFor(o event.Outcome) string {
	if o.Type == event.TypeTimeout {
		return c.style.paint("TIMEOUT")
	}
	return c.style.paint(o.Status.String())
}

// nameOf is the name of a case as the log has it.
func nameOf(c event.Case) string { return clean(c.FullName()) }

// writeHeld writes what was held back of a case's output.
func (c *console) writeHeld(of event.Case) {
	c.write(of, c.held[of])
	delete(c.held, of)
}

// messageOf continues a line with the first line of an outcome's message, if there is one. The
// other lines are in what the case has written.
func messageOf(o event.Outcome) string {
	line, rest, more := strings.Cut(strings.TrimSpace(o.Message), "\n")
	switch {
	case line == "":
		return ""
	case more && !strings.HasPrefix(rest, hintPrefix):
		line += " ..."
	}
	return ": " + clean(line)
}

func (c *console) printf(format string, args ...any) {
	c.endLine()
	_, _ = fmt.Fprintf(c.w, Prefix+format+"\n", args...)
}

func (c *console) endLine() {
	if c.barred {
		_, _ = io.WriteString(c.w, clearLine)
		c.barred = false
	}
	if c.midLine {
		_, _ = io.WriteString(c.w, "\n")
		c.midLine = false
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
