// Pytests measures what the runner costs with pytest, beside pytest-xdist. The tests that both
// start are targets of this package.
package main

import (
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

const (
	tests   = 2000
	workers = 2
)

func main() {
	harness.Main(harness.Benchmark{
		Name: "pytest", Title: "2,000 near-empty pytest tests, 2 workers", Measure: measure,
	})
}

// sample is one run.
type sample struct {
	took time.Duration
	// workers are its processes that run tests.
	workers []process
}

func measure() (*harness.Table, error) {
	const rounds = 15
	stage, err := harness.NewStage("bench/pytests")
	if err != nil {
		return nil, err
	}
	defer stage.Clear()
	results, err := harness.Interleave(rounds,
		func() (sample, error) {
			return sampleOf(stage, func() (harness.Run, error) { return stage.Start("plain", "-n2") })
		},
		func() (sample, error) {
			return sampleOf(stage, func() (harness.Run, error) { return stage.StartTest("empty_test", tests) })
		},
	)
	if err != nil {
		return nil, err
	}
	table := &harness.Table{
		Floor: "pytest-xdist with -n 2, the same pytest and the same tests",
		Notes: []string{fmt.Sprintf("Start to exit, %d times each. Memory is the most that a process that runs tests has ever had, "+
			"the largest of all runs; xdist has a controller besides, and we the runner.", rounds)},
	}
	table.Compare("time", times(results[0]), times(results[1]), harness.RatioAtMost(0.8))
	addMemory(table, results[0], results[1])
	addCollections(table, results[0], results[1])
	return table, nil
}

func sampleOf(stage *harness.Stage, start func() (harness.Run, error)) (sample, error) {
	run, err := start()
	if err != nil {
		return sample{}, err
	}
	workers, err := readWorkers(stage)
	return sample{run.Took, workers}, err
}

func times(samples []sample) (times harness.Samples) {
	for _, s := range samples {
		times = append(times, s.took)
	}
	return times
}

func addMemory(table *harness.Table, theirs, ours []sample) {
	floor, figure := most(theirs, process.memory), most(ours, process.memory)
	table.Rows = append(table.Rows, harness.Row{
		What: "memory of a worker", Floor: mebibytes(floor), Figure: mebibytes(figure), Ratio: fmt.Sprintf("%.2f", float64(figure)/float64(floor)),
		Bound: "≤ xdist's", Missed: figure == 0 || figure > floor,
	})
}

func addCollections(table *harness.Table, theirs, ours []sample) {
	count := func(p process) int { return p.Collections }
	table.Rows = append(table.Rows, harness.Row{
		What: "collections of a worker", Floor: fmt.Sprint(most(theirs, count)), Figure: fmt.Sprint(most(ours, count)),
		Bound: "1, and 2 workers", Missed: most(ours, count) != 1 || len(ours[0].workers) != workers,
	})
}

func most(samples []sample, of func(process) int) (n int) {
	for _, s := range samples {
		for _, p := range s.workers {
			n = max(n, of(p))
		}
	}
	return n
}

func mebibytes(bytes int) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }
