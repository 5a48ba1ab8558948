package cli

import (
	"math"
	"slices"
	"strconv"
)

const (
	// percentile is the part of a case's runs that its time is not below. A
	// median would be too short half of the time, a maximum is an accident.
	percentile = 0.85
	// digits is how many of a time are kept, so that it seldom changes.
	digits = 2
	// shortest is what test.xml can tell, in seconds. A time of 0 would mean
	// that nothing is known.
	shortest = 0.001
)

// typical returns the time, in seconds, that stands for what a case took in
// some runs, at least one.
func typical(runs []float64) float64 {
	sorted := slices.Sorted(slices.Values(runs))
	rank := int(math.Ceil(percentile * float64(len(sorted)))) // the nearest
	return rounded(max(sorted[rank-1], shortest))
}

// rounded returns the nearest number that is written with so few digits.
func rounded(seconds float64) float64 {
	nearest, _ := strconv.ParseFloat(strconv.FormatFloat(seconds, 'e', digits-1, 64), 64)
	return nearest
}
