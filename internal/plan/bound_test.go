package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"pgregory.net/rapid"
)

func TestBound(t *testing.T) {
	reader := plan.Case{Name: "reader", Takes: 7 * time.Second, Needs: []group.Need{{Group: "db", Weight: 1, Mode: group.Shared}}}
	heavy := plan.Case{Name: "heavy", Takes: 9 * time.Second, Needs: []group.Need{{Group: "api", Weight: 3}}}
	for _, test := range []struct {
		cases []plan.Case
		want  time.Duration
		why   string
	}{
		{named("rated", 7, time.Second, "rated"), 121 * time.Second, "the group rated"},
		{named("rated", 6, time.Second, "rated"), 61 * time.Second, "the group rated"},
		{named("rated", 3, time.Second, "rated"), time.Second, "the case rated000"},
		{nil, 0, ""},
		{named("free", 40, time.Second), 10 * time.Second, "all cases on 4 workers"},
		{slices.Concat(named("free", 40, time.Second), named("long", 1, time.Minute)), time.Minute, "the case long000"},
		{slices.Concat(named("free", 40, time.Second), named("db", 30, time.Second, "db")), 30 * time.Second, "the group db"},
		{named("api", 30, time.Second, "api"), 10 * time.Second, "the group api"},
		{append(named("api", 9, time.Second, "api"), heavy), 12 * time.Second, "the group api"},
		{append(named("db", 9, time.Second, "db"), reader, reader), 16 * time.Second, "the group db"},
		{slices.Concat(
			named("ab", 3, time.Second, "a", "b"), named("bc", 3, time.Second, "b", "c"), named("ac", 3, time.Second, "a", "c"),
			named("abc", 2, time.Second, "a", "b", "c"),
		), 11 * time.Second, "cases that need two of a, b, c"},
	} {
		p := plan.Problem{Cases: test.cases, Capacity: capacity, Rates: rates, Shards: 2, Workers: 2}
		if got := p.Bound(); got.Time != test.want || got.Why != test.why {
			t.Errorf("got %v, %q; want %v, %q", got.Time, got.Why, test.want, test.why)
		}
	}
}

// No plan promises what no schedule can keep.
func TestTheMakespanIsNotBelowTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		if made, bound := plan.Make(p), p.Bound(); made.Makespan < bound.Time {
			t.Fatalf("%v is below %v (%s)", made.Makespan, bound.Time, bound.Why)
		}
	})
}
