// Package bazelenv reads the environment that Bazel gives a test, once and
// strictly: what is malformed is an error, never a default.
//
// The source of every fact here is Bazel's Test Encyclopedia
// (https://bazel.build/reference/test-encyclopedia) and, where that is silent,
// Bazel 7.7.1's test-setup.sh; docs/reference/bazel-contract.md has the measurements.
package bazelenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Env is the test environment. Paths are absolute; an empty path means that Bazel did not give
// one.
type Env struct {
	// Target is the label of the test, as Bazel prints it.
	Target string
	// Shard is this process's part of the test.
	Shard Shard
	// RunNumber is 1-based, and 0 if the test runs only once.
	RunNumber int
	// Timeout is the time that Bazel allows for everything, including waiting; 0 if there is no
	// limit, as when the executable is started by hand.
	Timeout time.Duration
	// Filter is the value of --test_filter.
	Filter string
	// FailFast says whether to stop after the first failure of this shard.
	FailFast bool
	// XMLOutput is where the JUnit report is expected.
	XMLOutput string
	// PrematureExit exists until the test has ended in an orderly way.
	PrematureExit string
	// InfrastructureFailure is the file for a failure that is not the test's own.
	InfrastructureFailure string
	// TmpDir is the private writable folder of this attempt.
	TmpDir string
	// Outputs is the folder for files that Bazel keeps with the test's results.
	Outputs string
	// Coverage says where to leave coverage data.
	Coverage Coverage
}

// Coverage is what `bazel coverage` sets; all of it is empty otherwise.
type Coverage struct {
	// Dir is the folder whose LCOV files *.dat are all merged.
	Dir string
}

// Enabled reports whether coverage is collected.
func (c Coverage) Enabled() bool { return c.Dir != "" }

// Of returns the variables that give a child coverage files of its own: several children that
// write to the same file would destroy it. Bazel merges every *.dat below COVERAGE_DIR.
func (c Coverage) Of(child string) (map[string]string, error) {
	if !c.Enabled() {
		return nil, nil
	}
	dir := filepath.Join(c.Dir, "interlock", child)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return map[string]string{
		"COVERAGE_DIR":         dir,
		"COVERAGE_OUTPUT_FILE": filepath.Join(dir, "coverage.dat"),
		"JAVA_COVERAGE_FILE":   filepath.Join(dir, "jvcov.dat"),
	}, nil
}

// Parse reads the environment through lookup, which has the signature of
// os.LookupEnv. Its error joins everything that is wrong.
func Parse(lookup func(string) (string, bool)) (Env, error) {
	p := parser{lookup: lookup}
	env := Env{
		Target:                p.text("TEST_TARGET"),
		Shard:                 p.shard(),
		RunNumber:             p.number("TEST_RUN_NUMBER", 1),
		Timeout:               time.Duration(p.number("TEST_TIMEOUT", 1)) * time.Second,
		Filter:                p.text("TESTBRIDGE_TEST_ONLY"),
		FailFast:              p.flag("TESTBRIDGE_TEST_RUNNER_FAIL_FAST"),
		XMLOutput:             p.text("XML_OUTPUT_FILE"),
		PrematureExit:         p.text("TEST_PREMATURE_EXIT_FILE"),
		InfrastructureFailure: p.text("TEST_INFRASTRUCTURE_FAILURE_FILE"),
		TmpDir:                p.text("TEST_TMPDIR"),
		Outputs:               p.text("TEST_UNDECLARED_OUTPUTS_DIR"),
		Coverage:              p.coverage(),
	}
	return env, errors.Join(p.errs...)
}

// parser collects errors, so that all of them are reported at once.
type parser struct {
	lookup func(string) (string, bool)
	errs   []error
}

func (p *parser) fail(name, format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("environment variable %s: %s", name, fmt.Sprintf(format, args...)))
}

func (p *parser) text(name string) string {
	value, _ := p.lookup(name)
	return value
}

// number returns a whole number of at least least; 0 if the variable is not set.
func (p *parser) number(name string, least int) int {
	value, ok := p.lookup(name)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < least {
		p.fail(name, "%q: want a whole number of at least %d", value, least)
		return 0
	}
	return n
}

// flag reads a variable that is "1" or not set; "0" and "" count as not set.
func (p *parser) flag(name string) bool {
	switch value := p.text(name); value {
	case "", "0":
		return false
	case "1":
		return true
	default:
		p.fail(name, "%q: want 1, or nothing", value)
		return false
	}
}

func (p *parser) coverage() Coverage {
	if !p.flag("COVERAGE") {
		return Coverage{}
	}
	dir := p.text("COVERAGE_DIR")
	if dir == "" {
		p.fail("COVERAGE_DIR", "not set although COVERAGE=1")
	}
	return Coverage{Dir: dir}
}
