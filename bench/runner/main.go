// Runner measures what the runner adds to the program that it wraps, from its start to its exit.
// The tests that it starts are targets of this package.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

func main() {
	harness.Main(harness.Benchmark{
		Name: "runner", Title: "what the runner adds to one program, and how big it is", Measure: measure,
	})
}

// tests are the grouped tests of this package, all of the same program.
var tests = []struct {
	name, what string
	limit      harness.Limit
}{
	{"without_group_test", "start to exit, no group", harness.AddedAtMost(10 * time.Millisecond)},
	{"one_group_test", "start to exit, 1 group of scope build", harness.AddedAtMost(10 * time.Millisecond)},
	{"ten_groups_test", "start to exit, 10 groups of scope build", harness.Information},
}

func measure() (*harness.Table, error) {
	const rounds = 500
	stage, err := harness.NewStage("bench/runner")
	if err != nil {
		return nil, err
	}
	defer stage.Clear()
	variants := []func() (time.Duration, error){func() (time.Duration, error) { return took(stage.Start("true")) }}
	for _, t := range tests {
		variants = append(variants, func() (time.Duration, error) { return took(stage.StartTest(t.name, 1)) })
	}
	results, err := harness.Interleave(rounds, variants...)
	if err != nil {
		return nil, err
	}
	table := &harness.Table{
		Floor: "the same program, /bin/true by way of a script, started alone",
		Notes: []string{"Each test has the environment, the files and the open log that Bazel's test-setup.sh gives it, and has to report that it passed."},
	}
	for i, t := range tests {
		table.Compare(t.what, results[0], results[i+1], t.limit)
	}
	return table, addSize(table, stage)
}

// addSize adds the size of the executable.
func addSize(table *harness.Table, s *harness.Stage) error {
	const limit = 10 << 20
	info, err := os.Stat(s.Path(tests[0].name)) // a link to the runner
	if err != nil {
		return err
	}
	table.Rows = append(table.Rows, harness.Row{
		What: "size of the executable", Figure: fmt.Sprintf("%.1f MiB", float64(info.Size())/(1<<20)),
		Bound: "≤ 10 MiB", Missed: info.Size() > limit,
	})
	return nil
}

func took(run harness.Run, err error) (time.Duration, error) { return run.Took, err }
