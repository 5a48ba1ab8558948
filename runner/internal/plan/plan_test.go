package plan_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/engine"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/plan"
	"pgregory.net/rapid"
)

func anyCases(t *rapid.T) []engine.Case {
	var cases []engine.Case
	for _, name := range rapid.SliceOfDistinct(rapid.StringN(1, 3, -1), rapid.ID[string]).Draw(t, "names") {
		cases = append(cases, engine.Case{Case: event.Case{Name: name}})
	}
	return cases
}

// Together the shards run each case exactly once, even if each of them lists
// the cases in another order.
func TestEachCaseInExactlyOneShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, total := anyCases(t), rapid.IntRange(1, 60).Draw(t, "total")
		seen := map[string]int{}
		for index := range total {
			for _, c := range plan.Shard(rapid.Permutation(cases).Draw(t, "order"), index, total) {
				seen[c.Name]++
			}
		}
		for _, c := range cases {
			if seen[c.Name] != 1 {
				t.Fatalf("%q is in %d shards", c.Name, seen[c.Name])
			}
		}
		if len(seen) != len(cases) {
			t.Fatalf("%d cases became %d", len(cases), len(seen))
		}
	})
}
