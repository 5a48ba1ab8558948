package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"pgregory.net/rapid"
)

// capacity is the capacity of the groups in these tests.
var capacity = map[string]int{"db": 1, "port": 1, "api": 3, "rated": 10}

var rates = map[string]group.Rate{"rated": {Starts: 3, Window: time.Minute}}

func needs(labels ...string) []group.Need {
	var needs []group.Need
	for _, label := range labels {
		needs = append(needs, group.Need{Group: label, Weight: 1})
	}
	return needs
}

func anyProblem(t *rapid.T) plan.Problem {
	groups := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"db", "port", "api"}), rapid.ID[string])
	p := plan.Problem{
		Capacity: capacity,
		Shards:   rapid.IntRange(1, 60).Draw(t, "shards"),
		Workers:  rapid.IntRange(1, 8).Draw(t, "workers"),
	}
	for _, name := range rapid.SliceOfDistinct(rapid.StringN(1, 3, -1), rapid.ID[string]).Draw(t, "names") {
		p.Cases = append(p.Cases, plan.Case{
			Name:     name,
			Together: rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "together"),
			Takes:    time.Duration(rapid.IntRange(0, 9).Draw(t, "seconds")) * time.Second,
			Needs:    needs(groups.Draw(t, "groups")...),
		})
	}
	return p
}

func byName(p plan.Problem) map[string]int {
	shards := map[string]int{}
	for i, shard := range plan.Make(p).Shard {
		shards[p.Cases[i].Name] = shard
	}
	return shards
}

// Each shard computes the plan for itself, and may list the cases in an order
// of its own: together they run each case exactly once only if all plans are
// the same.
func TestThePlanIsTheSameInWhateverOrderTheCasesAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		want := byName(p)
		p.Cases = rapid.Permutation(p.Cases).Draw(t, "order")
		got := byName(p)
		for name, shard := range want {
			if shard < 0 || shard >= p.Shards || got[name] != shard {
				t.Fatalf("%q is in shard %d or %d of %d", name, shard, got[name], p.Shards)
			}
		}
	})
}

// shardsOf returns the shards in which a group or, with a prefix, what is kept together is.
func shardsOf(p plan.Problem, shards []int) map[string][]int {
	used := map[string][]int{}
	add := func(key string, shard int) {
		if !slices.Contains(used[key], shard) {
			used[key] = append(used[key], shard)
		}
	}
	for i, c := range p.Cases {
		if c.Together != "" {
			add("together "+c.Together, shards[i])
		}
		for _, n := range c.Needs {
			add(n.Group, shards[i])
		}
	}
	return used
}

func TestWhatIsKeptTogetherIsNeverDivided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		for key, used := range shardsOf(p, plan.Make(p).Shard) {
			if len(key) > len("together ") && len(used) > 1 {
				t.Fatalf("%s is in %v", key, used)
			}
		}
	})
}

// If no case has two groups, and none stays with cases of another group, no group is in more
// shards than its capacity.
func TestAGroupIsInNoMoreShardsThanItsCapacity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyProblem(t)
		for i := range p.Cases {
			p.Cases[i].Together = ""
			p.Cases[i].Needs = p.Cases[i].Needs[:min(1, len(p.Cases[i].Needs))]
		}
		for label, used := range shardsOf(p, plan.Make(p).Shard) {
			if len(used) > capacity[label] {
				t.Fatalf("%s, of capacity %d, is in %v", label, capacity[label], used)
			}
		}
	})
}

// named returns n cases that take t and need groups.
func named(prefix string, n int, t time.Duration, labels ...string) []plan.Case {
	var cases []plan.Case
	for i := range n {
		cases = append(cases, plan.Case{Name: fmt.Sprintf("%s%03d", prefix, i), Takes: t, Needs: needs(labels...)})
	}
	return cases
}

func count(p plan.Problem) []int {
	count := make([]int, p.Shards)
	for _, shard := range plan.Make(p).Shard {
		count[shard]++
	}
	slices.Sort(count)
	return count
}

func TestCasesAreSpreadEvenly(t *testing.T) {
	p := plan.Problem{Cases: slices.Concat(named("free", 10, 0), named("db", 5, 0, "db")), Capacity: capacity, Shards: 4}
	if got, want := count(p), []int{3, 3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("shards have %v cases, want %v", got, want)
	}
}

func TestLongCasesAreSpreadBeforeShortOnes(t *testing.T) {
	p := plan.Problem{Cases: slices.Concat(named("a", 30, time.Second), named("z", 3, 10*time.Second)), Shards: 3}
	if made := plan.Make(p); made.Makespan != 20*time.Second {
		t.Errorf("the makespan is %v, want 20s", made.Makespan)
	}
}

// A group of capacity 3 stays in one shard as long as that does not take
// longer, and goes to as many as it takes otherwise.
func TestAGroupIsDividedOnlyWhereThatPays(t *testing.T) {
	for _, test := range []struct {
		free, shards, workers, want int
	}{
		{free: 90, shards: 4, workers: 3, want: 1},
		{free: 0, shards: 4, workers: 3, want: 1},
		{free: 0, shards: 4, workers: 1, want: 3},
		{free: 30, shards: 4, workers: 1, want: 2},
	} {
		p := plan.Problem{
			Cases:    slices.Concat(named("api", 30, time.Second, "api"), named("free", test.free, time.Second)),
			Capacity: capacity, Shards: test.shards, Workers: test.workers,
		}
		if used := shardsOf(p, plan.Make(p).Shard)["api"]; len(used) != test.want {
			t.Errorf("%+v: the group is in shards %v", test, used)
		}
	}
}

// Overlapping groups stay together, unless that is too much for one shard.
func TestOverlappingGroupsAreDividedOnlyWhereThatPays(t *testing.T) {
	both := slices.Concat(
		named("db", 40, time.Second, "db"), named("port", 40, time.Second, "port"), named("both", 2, time.Second, "db", "port"))
	small := plan.Problem{Cases: slices.Concat(both, named("free", 200, time.Second)), Capacity: capacity, Shards: 2, Workers: 2}
	if used := shardsOf(small, plan.Make(small).Shard); len(used["db"]) != 1 || len(used["port"]) != 1 {
		t.Errorf("with much else to do: %v", used)
	}
	large := plan.Problem{Cases: both, Capacity: capacity, Shards: 2, Workers: 1}
	if made := plan.Make(large); made.Makespan > 43*time.Second {
		t.Errorf("without: %v", made.Makespan)
	}
}

func TestTheMedianStandsForWhatIsNotKnown(t *testing.T) {
	p := plan.Problem{Cases: slices.Concat(named("a", 1, time.Second), named("b", 1, 5*time.Second), named("c", 1, time.Minute), named("d", 9, 0))}
	if got := p.Median(); got != 5*time.Second {
		t.Errorf("got %v", got)
	}
}
