// Package makespan is bench/run makespan: how close to the bound a run of
// Go tests ends under a real Bazel, and in the simulation. It is a test,
// because only a test has virtual time.
package makespan

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/makespan/gotests"
	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/bench/sleeping"
)

var table = &harness.Table{
	Floor: "the bound, which no schedule can beat",
	Notes: []string{
		fmt.Sprintf("From the first case's begin to the last one's end, as the cases themselves write it down, in `bazel test` of one "+
			"target with %d workers, %d times each. Each time it is checked that every case ran once, and that no group was used beyond "+
			"its capacity.", gotests.Workers, rounds),
		fmt.Sprintf("All times of a workload are scaled to %v of work, which makes a case take 0.13 s on average. One that holds a group has a "+
			"process of its own, and some milliseconds between the case before it and itself.", gotests.Work),
	},
}

const (
	name   = "makespan"
	rounds = 3
)

func TestMain(m *testing.M) {
	if !slices.Contains(os.Args, name) {
		return // go test ./... is not a benchmark
	}
	harness.Main(harness.Benchmark{
		Name: name, Title: "bazel test of Go tests that sleep, and the bound",
		Measure: func() (*harness.Table, error) {
			if m.Run() != 0 {
				return nil, errors.New("a run went wrong; see above")
			}
			return table, nil
		},
	})
}

func TestMakespan(t *testing.T) {
	for _, w := range gotests.Workloads() {
		for _, timings := range []bool{true, false} {
			var real harness.Samples
			for range rounds {
				makespan, err := run(w, timings)
				if err != nil {
					t.Fatal(err)
				}
				real = append(real, makespan)
			}
			simulated := simulation.Run(t, w.Workload, gotests.Setting(timings))
			addRows(w, timings, real, simulated)
		}
	}
}

func addRows(w gotests.Workload, timings bool, real harness.Samples, simulated simulation.Result) {
	what, limit := w.Kind+"; with timings", harness.RatioAtMost(1.08)
	if !timings {
		what, limit = "the same without", harness.RatioAtMost(1.15)
	}
	bound := harness.Samples{simulated.Bound.Time}
	table.Compare(what, bound, real, limit)
	table.Compare("- in simulation", bound, harness.Samples{simulated.Makespan}, harness.Information)
}

// run runs the target of a workload and returns its makespan.
func run(w gotests.Workload, timings bool) (time.Duration, error) {
	const pkg = "bench/sleeping_tests"
	target := w.Target(timings)
	cmd := exec.Command("tools/bazel", "test", "--nocache_test_results", "--nozip_undeclared_test_outputs",
		"--noshow_progress", "--test_summary=terse", "--color=no", "//"+pkg+":"+target)
	if output, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", target, err, output)
	}
	log, err := sleeping.ReadLog("bazel-testlogs/" + pkg + "/" + target + "/test.outputs/" + sleeping.LogName)
	if err != nil {
		return 0, err
	}
	makespan, err := w.Makespan(log)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", target, err)
	}
	return makespan, nil
}
