package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// A kill loses at most the ends of the last second, and what it loses is an
// error in the report.
func TestReportLagsBehindByASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, path := newReport(t)
		j.Handle(started("a", "b", "c"))
		j.Handle(finished("a", event.Outcome{}))
		j.Handle(finished("b", event.Outcome{}))
		wantErrors(t, path, 3)
		time.Sleep(time.Second)
		synctest.Wait()
		wantErrors(t, path, 1)
		time.Sleep(time.Hour)
		j.Handle(finished("c", event.Outcome{})) // the pause has long been over
		synctest.Wait()
		wantErrors(t, path, 0)
	})
}

func TestEndOfTheRunIsWrittenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, path := newReport(t)
		j.Handle(started("a"))
		j.Handle(finished("a", event.Outcome{}))
		j.Handle(event.RunFinished{At: time.Now()})
		wantErrors(t, path, 0)
		// And nothing more is written afterwards.
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if _, err := os.Stat(path); err == nil {
			t.Error("the report was written once more")
		}
	})
}

func wantErrors(t *testing.T, path string, want int) {
	t.Helper()
	if got := read(t, path).Errors; got != want {
		t.Errorf("the report has %d errors, want %d", got, want)
	}
}

// The report of many short cases is written once in a second, not
// after each one.
func TestManyCasesAreWrittenSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, path := newReport(t)
		var names []string
		for i := range 3000 {
			names = append(names, fmt.Sprint("case", i))
		}
		j.Handle(started(names...))
		writes, last := 1, stat(t, path)
		for _, name := range names {
			j.Handle(finished(name, event.Outcome{}))
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if now := stat(t, path); !os.SameFile(now, last) {
				writes, last = writes+1, now
			}
		}
		if writes < 3 || writes > 4 {
			t.Errorf("written %d times in 3 s", writes)
		}
	})
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// A reader finds a whole report at any moment.
func TestReaderNeverSeesAPart(t *testing.T) {
	j, path := newReport(t)
	var names []string
	for i := range 200 {
		names = append(names, fmt.Sprint("case", i))
	}
	j.Handle(started(names...))
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			if got := read(t, path); got.Tests != 200 || len(got.Cases) != 200 {
				t.Errorf("got a report of %d cases, %d of them there", got.Tests, len(got.Cases))
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	for range 200 {
		j.Handle(event.RunFinished{At: begin}) // each is a write
	}
	close(stop)
	<-done
	if files, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// A write that fails during the run, for example because the disk is full for a moment, has no
// consequence if the last one succeeds.
func TestWriteThatFailsForAMoment(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	j := report.NewJUnit(filepath.Join(folder, "test.xml"), "//pkg:x_test")
	if err := os.Rename(folder, folder+"_"); err != nil {
		t.Fatal(err)
	}
	j.Handle(started("x"))
	if j.Err() == nil {
		t.Error("a folder that is gone is no error")
	}
	if err := os.Rename(folder+"_", folder); err != nil {
		t.Fatal(err)
	}
	j.Handle(finished("x", event.Outcome{}))
	j.Handle(event.RunFinished{At: begin})
	if j.Err() != nil {
		t.Error(j.Err())
	}
}
