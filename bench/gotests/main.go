// Gotests measures what the runner costs with Go test binaries. The tests that it starts are
// targets of this package.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

func main() {
	harness.Main(harness.Benchmark{
		Name: "go", Title: "Go test binaries, case by case", Measure: measure,
	})
}

func measure() (*harness.Table, error) {
	stage, err := harness.NewStage("bench/gotests")
	if err != nil {
		return nil, err
	}
	defer stage.Clear()
	table := &harness.Table{
		Floor: "the same binary alone with -test.v=test2json; for the tests that sleep, the least that 8 at once can take",
		Notes: []string{
			"Start to exit of the runner; in the first row, of one that runs the first case only, and its floor has the tests listed by the binary.",
			"Of the groups, from the first case's begin to the last one's end, as the cases themselves write it down; the floor is the bound.",
		},
	}
	for _, row := range []func(*harness.Stage, *harness.Table) error{firstCase, emptyTests, theRecord, sleepingTests, overlappingGroups, memory} {
		if err := row(stage, table); err != nil {
			return nil, err
		}
	}
	return table, nil
}

func firstCase(stage *harness.Stage, table *harness.Table) error {
	const rounds = 100
	only := "TESTBRIDGE_TEST_ONLY=^Test1$"
	results, err := harness.Interleave(rounds,
		func() (time.Duration, error) { return took(stage.StartTest("first_listed_test", 1, only)) },
		func() (time.Duration, error) { return took(stage.StartTest("first_test", 1, only)) },
	)
	if err != nil {
		return err
	}
	table.Compare("the first of 200 tests, known from the build", results[0], results[1], harness.RatioAtMost(0.7))
	return nil
}

func emptyTests(stage *harness.Stage, table *harness.Table) error {
	const rounds = 100
	results, err := harness.Interleave(rounds,
		func() (time.Duration, error) {
			return took(stage.Start("empty_test_ungrouped.interlock/empty_test_ungrouped", "-test.v=test2json"))
		},
		func() (time.Duration, error) { return took(stage.StartTest("empty_test", 2000)) },
	)
	if err != nil {
		return err
	}
	table.Compare("2,000 near-empty tests, 2 workers", results[0], results[1], harness.RatioAndAddedAtMost(1.2, 10*time.Millisecond))
	return nil
}

// theRecord measures what timeline.json costs. test.xml has the same in either case.
func theRecord(stage *harness.Stage, table *harness.Table) error {
	const rounds, cases, most = 50, 2000, 200
	results, err := harness.Interleave(rounds,
		func() (time.Duration, error) {
			return took(stage.StartTest("empty_test", cases))
		},
		func() (time.Duration, error) {
			return took(stage.StartTest("empty_test", cases, "INTERLOCK_TIMELINE=on"))
		},
	)
	if err != nil {
		return err
	}
	table.Compare("2,000 near-empty tests with timeline.json, beside those without", results[0], results[1], harness.AddedAtMost(10*time.Millisecond))
	info, err := os.Stat(filepath.Join(stage.File("test.outputs"), "timeline.json"))
	if err != nil {
		return err
	}
	each := float64(info.Size()) / cases
	table.Rows = append(table.Rows, harness.Row{
		What: "timeline.json, a case with its name", Figure: fmt.Sprintf("%.0f bytes", each),
		Bound: "≤ 200 bytes", Missed: each > most,
	})
	return nil
}

func sleepingTests(stage *harness.Stage, table *harness.Table) error {
	const rounds, bound = 10, 200 * 50 * time.Millisecond / 8
	results, err := harness.Interleave(rounds,
		func() (time.Duration, error) { return took(stage.StartTest("sleeping_test", 200)) },
	)
	if err != nil {
		return err
	}
	table.Compare("200 tests of 50 ms, 8 workers", harness.Samples{bound}, results[0], harness.RatioAtMost(1.05))
	return nil
}

func memory(stage *harness.Stage, table *harness.Table) error {
	const limit = 50 << 20
	run, err := stage.StartTest("many_test", 10_000)
	if err != nil {
		return err
	}
	table.Rows = append(table.Rows, harness.Row{
		What: "memory of the runner, 10,000 tests", Figure: fmt.Sprintf("%.1f MiB", float64(run.MaxMemory)/(1<<20)),
		Bound: "≤ 50 MiB", Missed: run.MaxMemory == 0 || run.MaxMemory > limit,
	})
	return nil
}

func took(run harness.Run, err error) (time.Duration, error) { return run.Took, err }
