package harness

import (
	"fmt"
	"time"
)

// Limit is a limit for a figure.
type Limit struct {
	text string
	kept func(floor, figure Samples) bool
}

// Information is not a limit: the figure is of interest beside the others.
var Information Limit

// AtMost limits the median itself.
func AtMost(d time.Duration) Limit {
	return Limit{"≤ " + Text(d), func(_, figure Samples) bool { return figure.Median() <= d }}
}

// AddedAtMost limits how far the median is above the floor's.
func AddedAtMost(d time.Duration) Limit {
	return Limit{"added ≤ " + Text(d), func(floor, figure Samples) bool { return figure.Added(floor) <= d }}
}

// RatioAtMost limits the ratio of the median to the floor's.
func RatioAtMost(r float64) Limit {
	return Limit{fmt.Sprintf("ratio ≤ %.2f", r), func(floor, figure Samples) bool { return figure.Ratio(floor) <= r }}
}

// RatioAndAddedAtMost limits the median to r times the floor's plus d.
func RatioAndAddedAtMost(r float64, d time.Duration) Limit {
	return Limit{fmt.Sprintf("≤ %.2f × + %s", r, Text(d)), func(floor, figure Samples) bool {
		return float64(figure.Median()) <= r*float64(floor.Median())+float64(d)
	}}
}
