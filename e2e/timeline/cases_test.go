// Package cases has tests that write down when they begin and end.
package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// witness notes a moment of a test among the outputs.
func witness(t *testing.T, what string) {
	path := filepath.Join(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), "witness.txt")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fmt.Fprintf(file, "%s %s %s %d\n", what, t.Name(), os.Getenv("INTERLOCK_ATTEMPT"), time.Now().UnixNano())
}

func takes(t *testing.T, d time.Duration) {
	witness(t, "start")
	defer witness(t, "end")
	time.Sleep(d)
}

func TestDBInsert(t *testing.T) { takes(t, 300*time.Millisecond) }
func TestDBQuery(t *testing.T)  { takes(t, 200*time.Millisecond) }
func TestDBDelete(t *testing.T) { takes(t, 400*time.Millisecond) }
func TestPrint(t *testing.T)    { takes(t, 500*time.Millisecond) }
func TestExport(t *testing.T)   { takes(t, 100*time.Millisecond) }

func TestFlaky(t *testing.T) {
	takes(t, 100*time.Millisecond)
	if os.Getenv("INTERLOCK_ATTEMPT") == "1" {
		t.Error("not yet")
	}
}

func TestSlow(t *testing.T) {
	if d, err := time.ParseDuration(os.Getenv("SLOW")); err == nil {
		path := filepath.Join(os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), "runner.pid")
		if err := os.WriteFile(path, fmt.Append(nil, os.Getppid()), 0o644); err != nil {
			t.Fatal(err)
		}
		takes(t, d)
	}
}
