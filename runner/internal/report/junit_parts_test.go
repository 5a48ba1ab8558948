package report_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// summary returns what a report has of each case, in order.
func summary(s suite) string {
	var all []string
	for _, c := range s.Cases {
		line := c.Name + ":"
		switch {
		case c.Failure != nil:
			line += " failure"
		case c.Error != nil:
			line += " error " + c.Error.Type
		case c.Skipped != nil:
			line += " skipped"
		}
		all = append(all, line+" "+strings.TrimSpace(c.Output))
	}
	return fmt.Sprintf("%d %d %d %d %s", s.Tests, s.Failures, s.Errors, s.Skipped, strings.Join(all, ", "))
}

func TestPartsHaveTheirFullNames(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("x", "y"))
	for _, e := range []event.Event{
		startedCase("x"), output("x", "in x\n"),
		event.CaseOutput{Case: partOf("x", "a/b"), Text: []byte("in a/b\n")},
		event.CaseFinished{Case: partOf("x", "a/b"), Outcome: bad},
		event.CaseFinished{Case: partOf("x", "a"), Outcome: bad},
		event.CaseFinished{Case: partOf("x", "c"), Outcome: event.Outcome{Status: event.Skipped}},
		finished("x", bad), startedCase("y"), finished("y", event.Outcome{}),
		event.RunFinished{At: begin},
	} {
		j.Handle(e)
	}
	const want = "5 3 0 1 x: failure in x, x/a/b: failure in a/b, x/a: failure , x/c: skipped , y: "
	if got := summary(read(t, path)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The output of a case before it began again is void.
func TestCaseThatRunsAgainHasOneResult(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("x", "y"))
	for _, word := range []string{"first", "second"} {
		j.Handle(startedCase("x"))
		j.Handle(output("x", word+"\n"))
		j.Handle(event.CaseOutput{Case: partOf("x", "open"), Text: []byte(word + "\n")})
		j.Handle(event.CaseOutput{Case: partOf("x", "s"), Text: []byte(word + "\n")})
		j.Handle(event.CaseFinished{Case: partOf("x", "s"), Outcome: bad})
		j.Handle(output("y", "kept "))
	}
	j.Handle(event.CaseFinished{Case: partOf("x", "open"), Outcome: bad})
	j.Handle(finished("x", event.Outcome{}))
	j.Handle(finished("y", event.Outcome{}))
	j.Handle(event.RunFinished{At: begin})
	const want = "4 2 0 0 x: second, x/s: failure second, x/open: failure second, y: kept kept"
	if got := summary(read(t, path)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Cases may be known only when they start. What stands for them until then is an error in the
// report of a killed runner, and absent from others.
func TestCasesThatWereNotKnown(t *testing.T) {
	j, path := newReport(t)
	write := func() string {
		j.Handle(event.RunFinished{At: begin})
		return summary(read(t, path))
	}
	j.Handle(event.RunStarted{At: begin, Cases: []event.Case{process}})
	j.Handle(startedCase("x"))
	j.Handle(finished("x", event.Outcome{}))
	j.Handle(startedCase("y"))
	j.Handle(event.CaseOutput{Text: []byte("nobody's\n")})
	if got, want := write(), "3 0 2 0 TestMain: error unfinished , x: , y: error unfinished "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	j.Handle(finished("y", event.Outcome{}))
	j.Handle(event.CaseFinished{Case: process})
	if got, want := write(), "2 0 0 0 x: , y: "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	j.Handle(event.CaseFinished{Case: process, Outcome: bad})
	if got, want := write(), "3 1 0 0 x: , y: , TestMain: failure nobody's"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A report of many cases that print much stays small, in the file and in memory.
func TestReportOfManyCasesIsSmall(t *testing.T) {
	const cases = 10_000
	var names []string
	for i := range cases {
		names = append(names, fmt.Sprint("case", i))
	}
	before := heap()
	j, path := newReport(t)
	j.Handle(started(names...))
	text := strings.Repeat("0123456789abcde\n", 4<<10/16)
	most := uint64(0)
	for i, name := range names {
		j.Handle(startedCase(name))
		j.Handle(output(name, text))
		j.Handle(finished(name, event.Outcome{}))
		if i%1000 == 0 {
			most = max(most, heap())
		}
	}
	j.Handle(event.RunFinished{At: begin})
	if most = max(most, heap()); most-before > 40<<20 {
		t.Errorf("it needs %d MB", (most-before)>>20)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 30<<20 {
		t.Errorf("the file has %d MB, %v", info.Size()>>20, err)
	}
	runtime.KeepAlive(j)
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
