package cli

import (
	"math"
	"slices"
	"strconv"

	"github.com/interlock-build/rules_interlock/internal/timings"
)

const (
	// percentile is the part of a case's runs that take at most its time. A median would be too
	// short half of the time, and a maximum is an accident.
	percentile = 0.85
	// digits is how many digits of a time are kept, so that it seldom changes.
	digits = 2
	// shortest is the shortest time in test.xml, in seconds. A time of 0 would mean an unknown
	// one.
	shortest = 0.001
)

// typical returns the times that represent the cases that have run.
func (r runs) typical() timings.Times {
	times := timings.Times{}
	for name, seconds := range r {
		if len(seconds) > 0 {
			times[name] = typical(seconds)
		}
	}
	return times
}

// typical returns the time, in seconds, that represents some runs of a case, at least one.
func typical(runs []float64) float64 {
	sorted := slices.Sorted(slices.Values(runs))
	rank := int(math.Ceil(percentile * float64(len(sorted)))) // the nearest
	return rounded(max(sorted[rank-1], shortest))
}

// rounded returns the nearest number with that many digits.
func rounded(seconds float64) float64 {
	nearest, _ := strconv.ParseFloat(strconv.FormatFloat(seconds, 'e', digits-1, 64), 64)
	return nearest
}
