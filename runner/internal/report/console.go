// Package report reports the results of the cases: in the log (console), in test.xml (junit) and
// by the exit code.
package report

import (
	"cmp"
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
	notRun  map[string]int // cases that their program did not run, by why
	bad     []string       // the names of cases that were
	ran     map[string]time.Duration
	hinted  map[string]bool // the hints that were given
}

// Console returns a sink that writes what cases print to w unchanged, and lines of its own about
// waits and results.
func Console(w io.Writer, style Style) event.Sink {
	return &console{w: w, style: style, held: map[event.Case][]byte{}, started: map[event.Case]int{}, notRun: map[string]int{}, ran: map[string]time.Duration{}, hinted: map[string]bool{}}
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
	c.printf("%s waits for %s since %s (%s)%s%s", e.Case.FullName(), e.Group, e.Since.Format(time.TimeOnly), seconds(e.At.Sub(e.Since)),
		holders, why)
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
	bad := ""
	if len(c.bad) > 0 {
		bad = "; bad: " + listOf(c.bad)
	}
	c.printf("%d passed%s, %d failed, %d with an error, %d skipped%s",
		c.count[event.Passed], flaky, c.count[event.Failed], c.count[event.Errored], c.count[event.Skipped], bad)
	if slowest := c.slowest(); slowest != "" {
		c.printf("slowest: %s", slowest)
	}
}

// maxBad is how many names of bad cases the summary has.
const maxBad = 20

func listOf(names []string) string {
	if more := len(names) - maxBad; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxBad], ", "), more)
	}
	return strings.Join(names, ", ")
}

const (
	// maxSlowest is how many cases are told of as the slowest: fewer than there are.
	maxSlowest = 3
	// slow is how long the slowest one has to have run for that.
	slow = time.Second
)

// slowest says which cases ran for longest; empty if none was slow.
func (c *console) slowest() string {
	names := slices.Collect(maps.Keys(c.ran))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(c.ran[b], c.ran[a]), cmp.Compare(a, b)) })
	if len(names) <= maxSlowest || c.ran[names[0]] < slow {
		return ""
	}
	var texts []string
	for _, name := range names[:maxSlowest] {
		texts = append(texts, name+" "+seconds(c.ran[name]))
	}
	return strings.Join(texts, ", ")
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
	if e.Outcome.Status != event.Skipped {
		c.ran[e.Case.FullName()] = e.Ran
	}
	if e.Outcome.Bad() && !slices.Contains(c.bad, e.Case.FullName()) {
		c.bad = append(c.bad, e.Case.FullName())
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
		wordFor(e.Outcome), e.Case.FullName(), seconds(e.Ran), seconds(e.Waited), flaky, messageOf(e.Outcome))
	c.hint(e.Outcome)
}

// hintPrefix begins the lines of a message that say what to do.
const hintPrefix = "hint: "

// hint gives the hints of an outcome, each once: many cases may have the same.
func (c *console) hint(o event.Outcome) {
	for line := range strings.Lines(o.Message) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, hintPrefix) && !c.hinted[line] {
			c.hinted[line] = true
			c.printf("%s", line)
		}
	}
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
	line, rest, more := strings.Cut(strings.TrimSpace(o.Message), "\n")
	switch {
	case line == "":
		return ""
	case more && !strings.HasPrefix(rest, hintPrefix):
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
