package report_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

func retried(name string, attempt int, o event.Outcome) event.CaseRetried {
	return event.CaseRetried{
		Case: caseNamed(name), Attempt: attempt, Outcome: o, At: at(time.Second), Ran: time.Second, Delay: time.Second,
	}
}

func finishedIn(attempt int, name string, o event.Outcome) event.CaseFinished {
	e := finished(name, o)
	e.Attempt = attempt
	return e
}

var timedOut = event.Outcome{Status: event.Errored, Type: event.TypeTimeout, Message: "too long"}

// The elements are those of Surefire: testdata/attempts.xml.
func TestAttempts(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("flaky", "bad", "cut"))
	j.Handle(output("flaky", "first\n"))
	j.Handle(event.CaseFinished{Case: partOf("flaky", "part"), Outcome: bad})
	j.Handle(retried("flaky", 1, bad))
	j.Handle(output("flaky", "second\n"))
	j.Handle(retried("flaky", 2, timedOut))
	j.Handle(output("flaky", "third\n"))
	j.Handle(finishedIn(3, "flaky", event.Outcome{}))
	j.Handle(retried("bad", 1, bad))
	j.Handle(output("bad", "second\n"))
	j.Handle(retried("bad", 2, timedOut))
	j.Handle(finishedIn(3, "bad", bad))
	// Its run ended before its second attempt.
	j.Handle(retried("cut", 1, bad))
	j.Handle(finishedIn(1, "cut", bad))
	j.Handle(event.RunFinished{At: at(time.Second)})
	wantGolden(t, path, "attempts")
}

// Readers that know nothing of attempts see one result for each case.
func TestAttemptsCountOnce(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("flaky", "bad"))
	j.Handle(retried("flaky", 1, bad))
	j.Handle(finishedIn(2, "flaky", event.Outcome{}))
	j.Handle(retried("bad", 1, bad))
	j.Handle(finishedIn(2, "bad", timedOut))
	j.Handle(event.RunFinished{At: at(time.Second)})
	if got := read(t, path); got.Tests != 2 || got.Failures != 1 || got.Errors != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestLeakOfAProcessIsAProperty(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("x"))
	j.Handle(finished("x", event.Outcome{}))
	j.Handle(event.CaseFinished{Case: process, Leak: "x left a process running"})
	j.Handle(event.RunFinished{At: at(time.Second)})
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), `<property name="interlock.leak" value="x left a process running"/>`) {
		t.Errorf("%v, %s", err, text)
	}
}

func TestAttemptsAndLeaksInTheLog(t *testing.T) {
	got := logOf(
		report.Style{Brief: true, Grouped: true},
		started("x", "y"),
		output("x", "one\n"), retried("x", 1, bad), output("x", "two\n"), finishedIn(2, "x", event.Outcome{}),
		event.CaseFinished{Case: process, Leak: "x left a process running"},
		event.CaseFinished{Case: caseNamed("y"), Leak: "y left it", Outcome: event.Outcome{
			Status: event.Failed, Type: event.TypeLeak, Message: "y left it",
		}},
		event.RunFinished{At: at(time.Minute)},
	)
	wantLog(t, got, `one
interlock: FAIL x (ran 1.00 s): wrong; attempt 1, and it runs again in 1.00 s
two
interlock: PASS x (ran 1.00 s, waited 0.00 s, flaky: attempt 2)
interlock: leak: x left a process running
interlock: FAIL y (ran 0.00 s, waited 0.00 s): y left it
interlock: 1 passed (1 flaky), 1 failed, 0 with an error, 0 skipped in 60.00 s (all cases together ran 1.00 s)
interlock: FAIL y: y left it
interlock: retried: x
`)
}
