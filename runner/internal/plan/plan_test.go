package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/plan"
	"pgregory.net/rapid"
)

// alone is whether a group has capacity 1 in these tests.
func alone(group string) bool { return group == "db" || group == "port" }

func anyCases(t *rapid.T) []plan.Case {
	groups := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"db", "port", "api"}), rapid.ID[string])
	var cases []plan.Case
	for _, name := range rapid.SliceOfDistinct(rapid.StringN(1, 3, -1), rapid.ID[string]).Draw(t, "names") {
		cases = append(cases, plan.Case{Name: name, Groups: groups.Draw(t, "groups")})
	}
	return cases
}

// byName makes a plan comparable with one of the same cases in another order.
func byName(cases []plan.Case, total int) map[string]int {
	shards := map[string]int{}
	for i, shard := range plan.Shards(cases, alone, total) {
		shards[cases[i].Name] = shard
	}
	return shards
}

// Each shard computes the plan for itself, and may list the cases in an order
// of its own: together they run each case exactly once only if all plans are
// the same.
func TestThePlanIsTheSameInWhateverOrderTheCasesAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases, total := anyCases(t), rapid.IntRange(1, 60).Draw(t, "total")
		want := byName(cases, total)
		got := byName(rapid.Permutation(cases).Draw(t, "order"), total)
		for name, shard := range want {
			if shard < 0 || shard >= total || got[name] != shard {
				t.Fatalf("%q is in shard %d or %d of %d", name, shard, got[name], total)
			}
		}
	})
}

func TestCasesOfAGroupOfCapacityOneShareAShard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases := anyCases(t)
		shards := plan.Shards(cases, alone, rapid.IntRange(1, 60).Draw(t, "total"))
		of := map[string]int{}
		for i, c := range cases {
			for _, g := range c.Groups {
				if before, ok := of[g]; ok && alone(g) && before != shards[i] {
					t.Fatalf("cases of %s are in shards %d and %d", g, before, shards[i])
				}
				of[g] = shards[i]
			}
		}
	})
}

func TestCasesAreSpreadEvenly(t *testing.T) {
	var cases []plan.Case
	for i := range 10 {
		cases = append(cases, plan.Case{Name: fmt.Sprintf("free%d", i)})
	}
	for i := range 5 {
		cases = append(cases, plan.Case{Name: fmt.Sprintf("db%d", i), Groups: []string{"db"}})
	}
	count := make([]int, 4)
	for _, shard := range plan.Shards(cases, alone, 4) {
		count[shard]++
	}
	slices.Sort(count)
	if want := []int{3, 3, 4, 5}; !slices.Equal(count, want) {
		t.Errorf("shards have %v cases, want %v", count, want)
	}
}
