// Seed runs a suite with the shape of the one that this project grew from, by pytest alone, by
// pytest-xdist and by pytest_test, and compares the results with what the users of that suite
// want. It must be started in the root of the repository.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// setting is what the command line says.
type setting struct {
	rounds  int
	shorter float64
}

func main() {
	var s setting
	flag.IntVar(&s.rounds, "rounds", 2, "run everything `N` times, side by side")
	flag.Float64Var(&s.shorter, "shorter", 8, "divide how long the tests take by `N`")
	harness.Main(harness.Benchmark{
		Name: "seed", Title: "a pytest suite of 1,207 tests, of which 42 share an API",
		// Only Main reads the command line.
		Measure: func() (*harness.Table, error) { return s.measure() },
	})
}

func (s setting) measure() (*harness.Table, error) {
	b, err := start(s.shorter)
	if err != nil {
		return nil, err
	}
	if err := b.build(); err != nil {
		return nil, err
	}
	began := time.Now()
	runs, err := b.compare(s.rounds)
	if err != nil {
		return nil, err
	}
	once, err := b.once()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(os.Stderr, "seed: %s in all\n", harness.Text(time.Since(began)))
	return report{setting: s, bench: b, runs: runs, once: once}.table(), nil
}
