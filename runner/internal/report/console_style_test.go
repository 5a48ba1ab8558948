package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// logOf returns the log of events in a style.
func logOf(style report.Style, events ...event.Event) string {
	var log strings.Builder
	console := report.Console(&log, style, nil)
	for _, e := range events {
		console.Handle(e)
	}
	return log.String()
}

func startedCase(name string) event.CaseStarted { return event.CaseStarted{Case: caseNamed(name)} }

func partOf(name, part string) event.Case {
	c := caseNamed(name)
	c.Sub = part
	return c
}

// process is what stands for a process with several cases.
var process = event.Case{Name: "TestMain", Class: "//pkg:x_test", Process: true}

var bad = event.Outcome{Status: event.Failed, Type: event.TypeFailure, Message: "wrong"}

func wantLog(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestGroupedOutputComesInOnePiece(t *testing.T) {
	got := logOf(
		report.Style{Grouped: true},
		startedCase("x"), startedCase("y"),
		output("x", "x1\n"), output("y", "y1\n"), output("x", "x2"),
		event.CaseOutput{Case: partOf("y", "s"), Text: []byte("y2\n")},
		event.CaseOutput{Text: []byte("nobody's\n")},
		event.CaseFinished{Case: partOf("y", "s"), Outcome: bad},
		finished("y", bad), finished("x", event.Outcome{}),
	)
	wantLog(t, got, `nobody's
y1
y2
interlock: FAIL y (ran 1.00 s, waited 0.00 s): wrong
x1
x2
interlock: PASS x (ran 1.00 s, waited 0.00 s)
`)
}

// Nothing is held back for ever: a case that prints for hours can be watched, and the runner does
// not keep all of it.
func TestMuchGroupedOutputComesBeforeTheEnd(t *testing.T) {
	var log strings.Builder
	console := report.Console(&log, report.Style{Grouped: true}, nil)
	console.Handle(startedCase("x"))
	text := strings.Repeat("x", 99) + "\n"
	for i := range 100 << 10 {
		console.Handle(output("x", text))
		if held := (i+1)*len(text) - log.Len(); held > 1<<20 {
			t.Fatalf("%d bytes are held back", held)
		}
	}
	console.Handle(finished("x", event.Outcome{}))
	if want := strings.Repeat(text, 100<<10); !strings.HasPrefix(log.String(), want+"interlock: PASS x") {
		t.Error("the output is not all there")
	}
}

func TestBriefLogHasOnlyWhatIsBad(t *testing.T) {
	got := logOf(
		report.Style{Brief: true},
		started("a"),
		output("a", "out"), finished("a", event.Outcome{}),
		finished("b", bad),
		finished("c", event.Outcome{Status: event.Skipped, Message: "not today"}),
		finished("d", event.Outcome{Status: event.Errored, Message: "not run"}),
		event.CaseFinished{Case: partOf("a", "s"), Outcome: bad},
		event.CaseFinished{Case: process},
		event.RunFinished{At: at(time.Minute)},
	)
	wantLog(t, got, `out
interlock: FAIL b (ran 1.00 s, waited 0.00 s): wrong
interlock: ERROR d (ran 1.00 s, waited 0.00 s): not run
interlock: 1 passed, 1 failed, 1 with an error, 1 skipped in 60.00 s (all cases together ran 3.00 s)
interlock: FAIL b: wrong
interlock: ERROR d: not run
`)
}

func TestSummarySaysWhichWereSlowest(t *testing.T) {
	ran := func(name string, d time.Duration) event.Event {
		return event.CaseFinished{Case: caseNamed(name), Ran: d}
	}
	begun := started("a")
	all := []event.Event{ran("a", time.Second), ran("b", time.Millisecond), ran("c", 3*time.Second), ran("d", 2*time.Second)}
	end := event.RunFinished{At: at(time.Minute)}
	wantLog(t, logOf(report.Style{Brief: true}, append(append([]event.Event{begun}, all...), end)...), `interlock: 4 passed, 0 failed, 0 with an error, 0 skipped in 60.00 s (all cases together ran 6.00 s)
interlock: slowest: c 3.00 s, d 2.00 s, a 1.00 s
`)
	wantLog(t, logOf(report.Style{Brief: true}, begun, all[0], all[2], end), `interlock: 2 passed, 0 failed, 0 with an error, 0 skipped in 60.00 s (all cases together ran 4.00 s)
`)
}

// What is to be done about many cases is said once.
func TestHints(t *testing.T) {
	stopped := event.Outcome{Status: event.Errored, Type: event.TypeTimeout, Message: "too slow\nhint: be faster"}
	long := event.Outcome{Status: event.Failed, Message: "wrong\nmore of it\nhint: be right"}
	wantLog(t, logOf(report.Style{}, finished("a", stopped), finished("b", stopped), finished("c", long)),
		`interlock: TIMEOUT a (ran 1.00 s, waited 0.00 s): too slow
interlock: hint: be faster
interlock: TIMEOUT b (ran 1.00 s, waited 0.00 s): too slow
interlock: FAIL c (ran 1.00 s, waited 0.00 s): wrong ...
interlock: hint: be right
`)
}

func TestCaseThatRunsAgainBeginsAnew(t *testing.T) {
	events := []event.Event{
		startedCase("x"), output("x", "first\n"), startedCase("x"), output("x", "second\n"), finished("x", event.Outcome{}),
	}
	const again = "interlock: x runs again, since the process that it was in ended\n"
	const second = "second\ninterlock: PASS x (ran 1.00 s, waited 0.00 s)\n"
	wantLog(t, logOf(report.Style{}, events...), "first\n"+again+second)
	wantLog(t, logOf(report.Style{Grouped: true}, events...), again+second)
}

// A process is reported only if it is bad.
func TestProcess(t *testing.T) {
	wantLog(t, logOf(report.Style{}, event.CaseFinished{Case: process}), "")
	wantLog(t, logOf(report.Style{}, event.CaseFinished{Case: process, Outcome: bad}),
		"interlock: FAIL TestMain (ran 0.00 s, waited 0.00 s): wrong\n")
	for _, c := range []struct {
		outcome event.Outcome
		want    int
	}{{event.Outcome{}, 3}, {bad, 3}} {
		v := &report.Verdict{}
		v.Handle(finished("x", event.Outcome{Status: event.Failed, ExitCode: 3}))
		v.Handle(event.CaseFinished{Case: process, Outcome: c.outcome})
		if got := v.ExitCode(); got != c.want {
			t.Errorf("%+v: exit code %d, want %d", c.outcome, got, c.want)
		}
	}
}
