package main

import (
	"fmt"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/seed/suite"
)

// verdict is a row that is not a duration. What is wrong goes to the terminal.
func verdict(what, figure, bound string, problem error) harness.Row {
	if problem != nil {
		fmt.Fprintf(os.Stderr, "seed: %s: %v\n", what, problem)
	}
	return harness.Row{What: what, Figure: figure, Bound: bound, Missed: problem != nil}
}

func atLeast(n, wanted int) error {
	if n < wanted {
		return fmt.Errorf("%d, and not %d or more", n, wanted)
	}
	return nil
}

// fewestPassed is how many tests passed in the worst run.
func fewestPassed(runs []run) int {
	fewest := suite.Cases
	for _, r := range runs {
		fewest = min(fewest, r.log.Count("passed"))
	}
	return fewest
}

// mostAtOnce is the most calls at the same time that the API saw in the worst run.
func mostAtOnce(runs []run) int {
	most := 0
	for _, r := range runs {
		most = max(most, r.api.MostAtOnce)
	}
	return most
}

func scaled(s harness.Samples, by float64) harness.Samples {
	var longer harness.Samples
	for _, d := range s {
		longer = append(longer, time.Duration(float64(d)*by))
	}
	return longer
}
