package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/seed/api"
	"github.com/interlock-build/rules_interlock/bench/seed/caselog"
	"github.com/interlock-build/rules_interlock/bench/seed/suite"
)

const (
	pkg = "bench/seed_tests"
	// logName is the name of the tests' log, among the undeclared outputs.
	logName = "cases.log"
	// workers is how many tests run at the same time, in the targets of pkg.
	workers = 8
)

// bench is what all runs have in common.
type bench struct {
	api *api.API
	// flags are Bazel's. They are always the same, because other flags would make it analyse all
	// targets again.
	flags []string
	// cases are the names of the tests, in order.
	cases []string
}

// start starts the API.
func start(shorter float64) (*bench, error) {
	files, err := suite.New(suite.Seed)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &bench{api: api.New(api.Limits{}, 0)}
	go func() { _ = http.Serve(listener, b.api) }() // until the process ends
	b.flags = []string{
		"--nocache_test_results", "--nozip_undeclared_test_outputs",
		"--noshow_progress", "--show_result=0", "--test_summary=terse", "--test_output=summary", "--color=no",
		"--test_env=SEED_API=http://" + listener.Addr().String(),
		"--test_env=SEED_LOG=" + logName,
		"--test_env=SEED_SHORTER=" + strconv.FormatFloat(shorter, 'g', -1, 64),
	}
	for _, c := range files.Cases() {
		b.cases = append(b.cases, c.ID)
	}
	return b, nil
}

// build builds everything, so that no run has to wait for it.
func (b *bench) build() error {
	output, err := exec.Command("tools/bazel", append(append([]string{"build"}, b.flags...), targets()...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("bazel build: %w\n%s", err, output)
	}
	return nil
}

// targets are the labels of all targets that are run.
func targets() []string {
	var labels []string
	for _, name := range []string{serial, loadgroup, load, ours(4), ours(1), rated, serialCoverage} {
		labels = append(labels, label(name))
	}
	return labels
}

func label(target string) string { return "//" + pkg + ":" + target }

// The names of the targets.
const (
	serial         = "serial_test"
	loadgroup      = "loadgroup_test"
	load           = "load_test"
	serialCoverage = "serial_coverage_test"
	rated          = "rated_test"
)

func ours(capacity int) string { return fmt.Sprintf("capacity_%d_test", capacity) }

// run is the result of running a target.
type run struct {
	target string
	// took is how long the whole command took.
	took   time.Duration
	passed bool
	log    caselog.Log
	api    api.Statistics
}

// testsFailed is Bazel's exit code for failed tests.
const testsFailed = 3

// test runs a target by a command of Bazel, with some limits of the API.
func (b *bench) test(command, target string, limits api.Limits, flags ...string) (run, error) {
	b.api.Reset(limits)
	arguments := append(append(append([]string{command}, b.flags...), flags...), label(target))
	began := time.Now()
	output, err := exec.Command("tools/bazel", arguments...).CombinedOutput()
	r := run{target: target, took: time.Since(began), passed: err == nil, api: b.api.Statistics()}
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != testsFailed) {
		return r, fmt.Errorf("bazel %s %s: %w\n%s", command, target, err, output)
	}
	r.log, err = caselog.Read(outputs(target) + logName)
	if err != nil {
		return r, fmt.Errorf("bazel %s %s: %w\n%s", command, target, err, output)
	}
	fmt.Fprintf(os.Stderr, "seed: %s, limit %d: %s, %d of %d passed, %s from the first test to the last\n",
		target, limits.AtOnce, harness.Text(r.took), r.log.Count("passed"), len(b.cases), harness.Text(r.log.Makespan()))
	return r, nil
}

// outputs is the folder with the outputs of a target.
func outputs(target string) string { return "bazel-testlogs/" + pkg + "/" + target + "/test.outputs/" }

// check returns an error unless each test ran once and passed, the tests that share the API kept
// to its limits, and it refused nothing.
func (b *bench) check(r run) error {
	err := errors.Join(r.log.Once(b.cases), r.log.Passed(), r.log.AtMost(r.api.Limits.AtOnce, suite.LLMGroup))
	if r.api.Refused > 0 {
		err = errors.Join(err, fmt.Errorf("the API saw up to %d calls at once and %d conversations begin, and bears %+v",
			r.api.MostAtOnce, r.api.MostBegun, r.api.Limits))
	}
	if !r.passed && err == nil {
		err = errors.New("all tests passed, and yet the target failed")
	}
	return err
}
