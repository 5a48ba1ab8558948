package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTypicalTime(t *testing.T) {
	twenty := make([]float64, 20)
	for i := range twenty {
		twenty[i] = float64(20 - i)
	}
	for _, c := range []struct {
		runs []float64
		want float64
	}{
		{[]float64{0}, 0.001},
		{[]float64{0.0004}, 0.001},
		{[]float64{0.123}, 0.12},
		{[]float64{0.125}, 0.12}, // to even, as strconv has it
		{[]float64{0.996}, 1},
		{[]float64{12.5001}, 13},
		{[]float64{1234}, 1200},
		{[]float64{3, 1}, 3},
		{[]float64{1, 2, 3, 4, 5, 6, 100}, 6},
		{twenty, 17},
	} {
		if got := typical(c.runs); got != c.want {
			t.Errorf("of %v: got %v, want %v", c.runs, got, c.want)
		}
	}
}

// Whatever the runs, 85 % of them take at most that time, and fewer than 85 % take at most any
// shorter time.
func TestTypicalTimeIsThePercentile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.SliceOfN(rapid.Float64Range(shortest, 1e5), 1, 40).Draw(t, "runs")
		got := typical(runs)
		shorter, notLonger := 0, 0
		for _, run := range runs {
			if rounded(run) < got {
				shorter++
			}
			if rounded(run) <= got {
				notLonger++
			}
		}
		if part := percentile * float64(len(runs)); float64(notLonger) < part || float64(shorter) >= part {
			t.Fatalf("%v of %v", got, slices.Sorted(slices.Values(runs)))
		}
		if text := strings.TrimLeft(fmt.Sprintf("%f", got), "0."); len(strings.TrimRight(strings.Replace(text, ".", "", 1), "0")) > digits {
			t.Fatalf("%v has more than %d digits", got, digits)
		}
	})
}
