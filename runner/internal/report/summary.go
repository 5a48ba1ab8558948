package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

const (
	// maxBad is how many bad cases the end of the log names, and maxTold how many others that are
	// worth a word: fewer than there are.
	maxBad, maxTold = 4, 3
	// slow is how long the slowest case has to have run to be named.
	slow = time.Second
)

// summary writes the end of the log: at most ten lines, and only those that are worth it. Of a
// single case all has been said.
func (c *console) summary(ended time.Time) {
	for _, why := range slices.Sorted(maps.Keys(c.notRun)) {
		c.printf("note: %d not run: %s", c.notRun[why], clean(why))
	}
	if !c.style.Brief && c.finishedCases() < 2 {
		return
	}
	c.printf("%s in %s (all cases together ran %s)", c.counts(), seconds(ended.Sub(c.begun)), seconds(c.ranInAll()))
	c.failures()
	if slowest := c.slowest(); slowest != "" {
		c.printf("slowest: %s", slowest)
	}
	if len(c.retries) > 0 {
		c.printf("retried: %s", listOf(slices.Sorted(maps.Keys(c.retries)), maxTold))
	}
	if c.record == nil {
		return
	}
	for _, line := range heldBack(c.record.File()) {
		c.printf("%s", clean(line))
	}
}

// finishedCases is how many cases have ended, in whatever way.
func (c *console) finishedCases() (sum int) {
	for _, n := range c.count {
		sum += n
	}
	return sum
}

// counts says how many cases ended in which way.
func (c *console) counts() string {
	flaky := ""
	if c.flaky > 0 {
		flaky = fmt.Sprintf(" (%d flaky)", c.flaky)
	}
	return fmt.Sprintf("%d passed%s, %d failed, %d with an error, %d skipped",
		c.count[event.Passed], flaky, c.count[event.Failed], c.count[event.Errored], c.count[event.Skipped])
}

func (c *console) ranInAll() (sum time.Duration) {
	for _, ran := range c.ran {
		sum += ran
	}
	return sum
}

// failures names the bad cases again: what was said of them may be far above.
func (c *console) failures() {
	for i, one := range c.badIn {
		if more := len(c.badIn) - i; i == maxBad-1 && more > 1 {
			names := make([]string, 0, more)
			for _, another := range c.badIn[i:] {
				names = append(names, nameOf(another))
			}
			c.printf("bad, too: %s", listOf(names, 20))
			return
		}
		c.printf("%s", c.bad[one])
	}
}

func listOf(names []string, most int) string {
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// slowest says which cases ran for longest; empty if none was slow.
func (c *console) slowest() string {
	names := slices.Collect(maps.Keys(c.ran))
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(c.ran[b], c.ran[a]), cmp.Compare(a, b)) })
	if len(names) <= maxTold || c.ran[names[0]] < slow {
		return ""
	}
	var texts []string
	for _, name := range names[:maxTold] {
		texts = append(texts, name+" "+seconds(c.ran[name]))
	}
	return strings.Join(texts, ", ")
}

// barPause is how long a bar stays as it is, so that a terminal has less to do than the cases.
const barPause = 100 * time.Millisecond

// drawBar shows how far the run has got, in a line that the next one replaces.
func (c *console) drawBar(e event.Event) {
	switch e := e.(type) {
	case event.CaseStarted:
		c.running = e.Case
	case event.RunFinished:
		c.endLine()
		return
	}
	now := time.Now()
	if c.midLine || now.Before(c.nextBar) {
		return
	}
	c.nextBar = now.Add(barPause)
	finished, bad := c.finishedCases(), ""
	if n := len(c.badIn); n > 0 {
		bad = fmt.Sprintf(", %d bad", n)
	}
	const widest = 50 // of a name, in characters
	name := []rune(nameOf(c.running))
	c.endLine()
	_, _ = fmt.Fprintf(c.w, "%s%d of %d%s: %s", Prefix, finished, max(c.cases, finished), bad, string(name[:min(len(name), widest)]))
	c.barred = true
}
