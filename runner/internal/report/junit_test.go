package report_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// The whole report, before, during and after a run. Those are the files testdata/*.xml; go test
// -update rewrites them.
func TestGoldens(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started("passes", "fails", "breaks", "left out", "never"))
	wantGolden(t, path, "started")

	j.Handle(output("passes", "hello\n"))
	j.Handle(event.CaseFinished{Case: caseNamed("passes"), At: at(12 * time.Second), Ran: 12 * time.Second, Waited: 1500 * time.Millisecond})
	j.Handle(output("fails", "expected <1> & got \"2\"\n"))
	j.Handle(finished("fails", event.Outcome{Status: event.Failed, Type: event.TypeExit, Message: "exit code 3", ExitCode: 3}))
	j.Handle(finished("breaks", event.Outcome{Status: event.Errored, Type: event.TypeTimeout, Message: "not run: time is up"}))
	j.Handle(finished("left out", event.Outcome{Status: event.Skipped, Type: event.TypeFailFast, Message: "an earlier case was bad"}))
	j.Handle(event.RunFinished{At: at(15 * time.Second)})
	wantGolden(t, path, "unfinished")

	j.Handle(finished("never", event.Outcome{}))
	j.Handle(event.RunFinished{At: at(15 * time.Second)})
	wantGolden(t, path, "finished")
	if j.Err() != nil {
		t.Error(j.Err())
	}
}

func wantGolden(t *testing.T, path, name string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", name+".xml")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", golden, got, want)
	}
}

// An empty shard has a report, too.
func TestNoCases(t *testing.T) {
	j, path := newReport(t)
	j.Handle(started())
	j.Handle(event.RunFinished{At: begin})
	if got := read(t, path); got.Tests != 0 || got.Errors != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestWriteErrorSurfaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "test.xml")
	j := report.NewJUnit(path, "x")
	j.Handle(started("x"))
	if err := j.Err(); err == nil || !os.IsNotExist(unwrap(err)) {
		t.Errorf("error %v", err)
	}
}

func unwrap(err error) error { return err.(interface{ Unwrap() error }).Unwrap() }
