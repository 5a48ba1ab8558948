package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

func TestConsole(t *testing.T) {
	var log strings.Builder
	console := report.Console(&log, report.Style{}, nil)
	for _, e := range []event.Event{
		started("x", "y", "z"),
		event.CaseWaiting{Case: caseNamed("x"), Group: "//r:db", Since: begin, At: at(6 * time.Second)},
		event.CaseWaiting{Case: caseNamed("x"), Group: "//r:db", Since: begin, At: at(6 * time.Second), Holders: "TestY of //a:b since 04:05:01"},
		event.CaseWaiting{Case: caseNamed("x"), Group: "//r:db", Since: begin, At: at(6 * time.Second), Why: "its rate is low"},
		event.CaseWaiting{
			Case: caseNamed("x"), Group: "//r:db", Since: begin, At: at(6 * time.Second), Holders: "TestY",
			Why: "its rate is low; 2 others wait before it",
		},
		event.CaseStarted{Case: caseNamed("x"), At: at(7 * time.Second), Waited: 7 * time.Second},
		output("x", "whole line\n"),
		output("x", "half a "),
		output("x", "line"),
		output("x", ""),
		event.CaseFinished{Case: caseNamed("x"), Waited: 7 * time.Second, Ran: 1234 * time.Millisecond},
		output("y", "\x1b[31mraw\x00\n"),
		finished("y", event.Outcome{Status: event.Failed, Message: "exit code 3"}),
		finished("z", event.Outcome{Status: event.Errored, Message: "not run: 100% of the time is up"}),
		event.RunFinished{At: at(time.Minute)},
	} {
		console.Handle(e)
	}
	want := `interlock: x waits for //r:db since 04:05:06 (6.00 s)
interlock: x waits for //r:db since 04:05:06 (6.00 s), which is held by TestY of //a:b since 04:05:01
interlock: x waits for //r:db since 04:05:06 (6.00 s): its rate is low
interlock: x waits for //r:db since 04:05:06 (6.00 s), which is held by TestY; its rate is low; 2 others wait before it
whole line
half a line
interlock: PASS x (ran 1.23 s, waited 7.00 s)
` + "\x1b[31mraw\x00" + `
interlock: FAIL y (ran 1.00 s, waited 0.00 s): exit code 3
interlock: ERROR z (ran 1.00 s, waited 0.00 s): not run: 100% of the time is up
interlock: 1 passed, 1 failed, 1 with an error, 0 skipped in 60.00 s (all cases together ran 3.23 s)
interlock: FAIL y: exit code 3
interlock: ERROR z: not run: 100% of the time is up
`
	if log.String() != want {
		t.Errorf("got\n%s\nwant\n%s", log.String(), want)
	}
}
