package harness

import (
	"math"
	"slices"
	"time"
)

// Samples are durations of the same thing, measured repeatedly.
type Samples []time.Duration

// Quantile returns the smallest sample that is at least as long as the
// fraction q of all of them, and 0 if there is none.
func (s Samples) Quantile(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Median returns the sample in the middle.
func (s Samples) Median() time.Duration { return s.Quantile(0.5) }

// Ratio returns how many times as long as the median of floor the median is.
func (s Samples) Ratio(floor Samples) float64 {
	return float64(s.Median()) / float64(floor.Median())
}

// Added returns how far the median is above the median of floor.
func (s Samples) Added(floor Samples) time.Duration { return s.Median() - floor.Median() }
