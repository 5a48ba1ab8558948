package app

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/built"
)

// faultyPackage is the test binary that goes wrong on demand.
const faultyPackage = "../framework/gotest/faulty"

func TestMain(m *testing.M) {
	code := m.Run()
	built.Remove()
	os.Exit(code)
}

var (
	faulty     = sync.OnceValues(func() (string, error) { return find("FAULTY") })
	faultyRace = sync.OnceValues(func() (string, error) { return find("FAULTY_RACE", "-race") })
)

func find(variable string, flags ...string) (string, error) {
	return built.Program(variable, []string{"test", "-c"}, append(flags, faultyPackage)...)
}

// newGoTarget returns a target that wraps the test binary, with something that goes wrong.
func newGoTarget(t *testing.T, binary func() (string, error), fault, workers string) *target {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return newTarget(t, "").wrap(path, fault, workers)
}

// wrap makes the target wrap a test binary, with something that goes wrong.
func (x *target) wrap(path, fault, workers string) *target {
	x.t.Helper()
	program := filepath.Join(x.dir, "x_test.runfiles/_main/pkg/program")
	if err := os.Remove(program); err != nil {
		x.t.Fatal(err)
	}
	if err := os.Symlink(path, program); err != nil {
		x.t.Fatal(err)
	}
	x.manifest["framework"], x.manifest["workers"] = "go", workers
	x.vars["FAULT"], x.vars["JOURNAL"] = fault, filepath.Join(x.dir, "journal")
	return x
}

// journal returns how often each test began, and as "process" how many processes reached
// TestMain.
func (x *target) journal() map[string]int {
	x.t.Helper()
	count := map[string]int{}
	text, _ := x.read("journal")
	for line := range strings.Lines(text) {
		first, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		count[first]++
	}
	return count
}

// outcomes returns what test.xml says about each case and each part of a case, such as "pass" or
// "failure: why". The test fails if a name occurs twice.
func (x *target) outcomes() map[string]string {
	x.t.Helper()
	outcomes := map[string]string{}
	for _, c := range x.report().Cases {
		if _, twice := outcomes[c.Name]; twice {
			x.t.Errorf("test.xml has %s twice", c.Name)
		}
		switch {
		case c.Failure != nil:
			outcomes[c.Name] = "failure: " + c.Failure.Message
		case c.Error != nil:
			outcomes[c.Name] = "error: " + c.Error.Message
		case c.Skipped != nil:
			outcomes[c.Name] = "skipped: " + c.Skipped.Message
		default:
			outcomes[c.Name] = "pass"
		}
	}
	return outcomes
}
