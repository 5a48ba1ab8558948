package harness_test

import (
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

// Each kind of limit, on both of its sides.
func TestLimits(t *testing.T) {
	floor, figure := harness.Samples{2 * time.Millisecond}, harness.Samples{3 * time.Millisecond}
	for name, c := range map[string]struct {
		limit      harness.Limit
		wantMissed bool
	}{
		"information":       {harness.Information, false},
		"at most, kept":     {harness.AtMost(3 * time.Millisecond), false},
		"at most, missed":   {harness.AtMost(2 * time.Millisecond), true},
		"added, kept":       {harness.AddedAtMost(time.Millisecond), false},
		"added, missed":     {harness.AddedAtMost(time.Microsecond), true},
		"ratio, kept":       {harness.RatioAtMost(1.5), false},
		"ratio, missed":     {harness.RatioAtMost(1.49), true},
		"nothing to say no": {harness.RatioAtMost(1e9), false},
	} {
		table := &harness.Table{}
		table.Compare(name, floor, figure, c.limit)
		if table.Missed() != c.wantMissed {
			t.Errorf("%s: missed %v, want %v", name, table.Missed(), c.wantMissed)
		}
	}
}

// A benchmark that measured nothing has not reached anything.
func TestNothingMeasuredIsMissed(t *testing.T) {
	table := &harness.Table{}
	table.Compare("x", nil, nil, harness.AtMost(time.Second))
	if !table.Missed() {
		t.Error("no sample, and yet the bound is reached")
	}
}

func TestMarkdown(t *testing.T) {
	table := &harness.Table{Floor: "nothing", Notes: []string{"A note."}}
	table.Compare("open", harness.Samples{2 * time.Microsecond}, harness.Samples{13 * time.Microsecond}, harness.AtMost(10*time.Microsecond))
	const want = `
| what | floor             | figure            | added   | ratio | to reach  | reached |
|------|-------------------|-------------------|---------|-------|-----------|---------|
| open | 2.00 µs (2.00 µs) | 13.0 µs (13.0 µs) | 11.0 µs | 6.50  | ≤ 10.0 µs | **no**  |

Floor: nothing. Durations are medians, with the 90th percentile behind them.

A note.
`
	if got := table.Markdown(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got\n%s\nwant%s", got, want)
	}
}
