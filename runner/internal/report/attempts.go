package report

import (
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// attempt is the result of one run of a case, and what it wrote.
type attempt struct {
	outcome event.Outcome
	output  string
}

// maxText is how much of the end of its output a problem has as its text. The rest is in
// system-out.
const maxText = 8 << 10

// text says what went wrong, for a reader that shows no attributes.
func (a attempt) text() string {
	if a.outcome.Text != "" {
		return a.outcome.Text
	}
	output := a.output
	if cut := len(output) - maxText; cut > 0 {
		output = strings.ToValidUTF8(output[cut:], "")
	}
	return strings.TrimRight(a.outcome.Message+"\n\n"+output, "\n")
}

// retry notes an attempt after which the case runs again.
func (j *JUnit) retry(e event.CaseRetried) {
	j.latest = e.At
	c := j.whole(e.Case)
	c.attempts = append(c.attempts, attempt{e.Outcome, j.takeOutput(e.Case)})
	c.parts = nil
}

// set makes the element describe this attempt.
func (c *xmlCase) set(a attempt) {
	problem := &xmlProblem{Message: a.outcome.Message, Type: a.outcome.Type, Text: a.outcome.Text}
	c.Output = a.output
	c.Failure, c.Error, c.Skipped = nil, nil, nil
	if a.outcome.Bad() {
		problem.Text = a.text()
	}
	switch a.outcome.Status {
	case event.Failed:
		c.Failure = problem
	case event.Errored:
		c.Error = problem
	case event.Skipped:
		c.Skipped = problem
	}
}

// tellAttempts adds the attempts that the case's own element does not describe. As with Surefire,
// a case that passed in the end has flakyFailures, and one that did not pass has its first
// failure and rerunFailures.
func (c *junitCase) tellAttempts(last attempt, number int) {
	if !last.outcome.Bad() || last.outcome.Type == event.TypeFlaky {
		c.Attempts = elements("flaky", c.attempts)
		return
	}
	if number > len(c.attempts) { // otherwise the last one is among them
		c.attempts = append(c.attempts, last)
	}
	c.set(c.attempts[0])
	c.Attempts = elements("rerun", c.attempts[1:])
}

func elements(prefix string, attempts []attempt) []xmlAttempt {
	var all []xmlAttempt
	for _, a := range attempts {
		tag := prefix + "Failure"
		if a.outcome.Status == event.Errored {
			tag = prefix + "Error"
		}
		all = append(all, xmlAttempt{
			Tag: tag, xmlProblem: xmlProblem{Message: a.outcome.Message, Type: a.outcome.Type}, Output: a.output,
		})
	}
	return all
}
