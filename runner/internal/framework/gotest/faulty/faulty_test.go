// Package faulty is a test binary that goes wrong in the way that the
// environment variable FAULT names; without it, everything passes. The runner's
// tests start it.
package faulty

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fault is the name of what goes wrong.
var fault = os.Getenv("FAULT")

// note adds a line to the file that JOURNAL names. The file shows what ran how often, whatever
// its result.
func note(line string) {
	path := os.Getenv("JOURNAL")
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintln(file, line); err != nil {
		panic(err)
	}
}

func init() {
	if fault == "panic in init" {
		panic("init went wrong")
	}
}

func TestMain(m *testing.M) {
	note("process " + strings.Join(os.Args[1:], " "))
	switch fault {
	case "panic in TestMain":
		panic("TestMain went wrong")
	case "hang in TestMain":
		fmt.Println("waiting for ever")
		time.Sleep(time.Hour)
	case "TestMain without m.Run":
		return
	}
	code := m.Run()
	switch fault {
	case "panic after m.Run":
		panic("the end went wrong")
	case "exit code 3 of TestMain":
		if !strings.Contains(strings.Join(os.Args, " "), "-test.list") {
			fmt.Println("something leaked")
			code = 3
		}
	}
	os.Exit(code)
}

func TestBefore(t *testing.T) {
	note(t.Name())
	fmt.Println("before")
}

func TestFault(t *testing.T) {
	note(t.Name())
	if f := faults[fault]; f != nil {
		f(t)
	}
}

// running is how many of the parallel tests run.
var running atomic.Int32

func TestParallel1(t *testing.T) { inParallel(t) }
func TestParallel2(t *testing.T) { inParallel(t) }
func TestParallel3(t *testing.T) { inParallel(t) }

func inParallel(t *testing.T) {
	t.Parallel()
	note(t.Name())
	running.Add(1)
	if !strings.Contains(fault, "parallel") {
		return
	}
	fmt.Printf("output of %s\n", t.Name())
	for end := time.Now().Add(300 * time.Millisecond); running.Load() < 3 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if f := parallelFaults[fault]; f != nil && t.Name() == "TestParallel2" {
		f(t)
	}
	time.Sleep(100 * time.Millisecond) // during which the culprit does it
}

func TestAfter(t *testing.T) { note(t.Name()) }

func Example() {
	fmt.Println("an example")
	// Output: an example
}

func BenchmarkNothing(b *testing.B) {
	for b.Loop() {
	}
	if fault == "failing benchmark" {
		b.Error("too slow")
	}
}

func FuzzNothing(f *testing.F) {
	f.Add("seed")
	f.Fuzz(func(*testing.T, string) {})
}
