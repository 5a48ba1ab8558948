package harness_test

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

func TestQuantile(t *testing.T) {
	ten := harness.Samples{3, 1, 2, 10, 9, 8, 4, 5, 7, 6}
	for _, c := range []struct {
		samples harness.Samples
		q       float64
		want    time.Duration
	}{
		{ten, 0.5, 5},
		{ten, 0.9, 9},
		{ten, 0, 1},
		{ten, 1, 10},
		{harness.Samples{7}, 0.5, 7},
		{nil, 0.5, 0},
	} {
		if got := c.samples.Quantile(c.q); got != c.want {
			t.Errorf("quantile %v of %v: %d, want %d", c.q, c.samples, got, c.want)
		}
	}
}
