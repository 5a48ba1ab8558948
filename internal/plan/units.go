package plan

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// unit is cases that go to the same shard.
type unit struct {
	cases  []int
	work   time.Duration
	groups []string // groups whose cases may only go to few shards
	needs  string   // all groups of its first case
}

// choice returns how many shards a unit can be in, before other units of its groups are placed.
func (u unit) choice(p Problem, d division) int {
	choice := p.Shards
	for _, label := range u.groups {
		choice = min(choice, d.spread[label])
	}
	return choice
}

func needsOf(c Case) string {
	var needs strings.Builder
	for _, n := range c.Needs {
		needs.WriteString(n.Group + " ")
	}
	return needs.String()
}

// A division says how strictly the cases of a group stay together.
type division struct {
	// spread is the number of shards that may have cases of a group.
	spread map[string]int
	// heaviest says whether only the group with the most work counts of a case's groups.
	heaviest bool
	// readers says whether cases that share a group stay with the others.
	readers bool
}

// divisions returns the divisions to try, the strictest first. Cases of one group in several
// shards wait for one another, in an order that cannot be controlled, so a group is divided only
// if that pays.
func (p Problem) divisions(bound time.Duration) []division {
	together := division{spread: map[string]int{}, readers: true}
	divided := map[string]int{}
	work := p.allChains()
	for _, label := range p.groups() {
		most := min(p.capacity(label), p.Shards)
		needed := math.Ceil(work.length(label, p.Workers).Seconds() / bound.Seconds() * (1 - 1e-9))
		together.spread[label] = 1
		divided[label] = min(max(int(needed), 1), most)
		if !p.timed {
			// Cases that need what others need are often slower than the others, so cases of
			// unknown duration can only gain from more workers.
			together.spread[label], divided[label] = most, most
		}
	}
	return []division{together, {spread: divided}, {spread: divided, heaviest: true}}
}

// counting returns the groups that keep a case with others.
func (p Problem) counting(c Case, d division, work map[string]time.Duration) []string {
	var labels []string
	for _, n := range c.Needs {
		if d.readers || n.Mode == group.Exclusive {
			labels = append(labels, n.Group)
		}
	}
	if d.heaviest && len(labels) > 1 {
		labels = []string{slices.MaxFunc(labels, func(a, b string) int {
			return cmp.Or(cmp.Compare(work[a], work[b]), cmp.Compare(b, a))
		})}
	}
	return labels
}

// units divides the cases into units; order has their indices in the order of their names. The
// result is in the order in which to place the units: the one with the most work first.
func (p Problem) units(order []int, d division) []unit {
	work := p.allChains().exclusive
	sets := newDisjointSets(len(p.Cases))
	first := map[string]int{} // of a group, or of what is kept together
	join := func(key string, i int) {
		if j, ok := first[key]; ok {
			sets.join(i, j)
		} else {
			first[key] = i
		}
	}
	limited := make([][]string, len(p.Cases))
	for _, i := range order {
		if c := p.Cases[i]; c.Together != "" {
			join("together "+c.Together, i)
		}
		limited[i] = p.counting(p.Cases[i], d, work)
		for _, label := range limited[i] {
			if d.spread[label] == 1 {
				join("group "+label, i)
			}
		}
	}
	numbers := map[int]int{}
	var units []unit
	for _, i := range order {
		root := sets.find(i)
		number, ok := numbers[root]
		if !ok {
			number = len(units)
			numbers[root] = number
			units = append(units, unit{needs: needsOf(p.Cases[i])})
		}
		u := &units[number]
		u.cases = append(u.cases, i)
		u.work += p.Cases[i].Takes
		for _, label := range limited[i] {
			if !slices.Contains(u.groups, label) {
				u.groups = append(u.groups, label)
			}
		}
	}
	// Of equal units, those with the least choice come first, and those with the same needs
	// follow one another, so that they are spread evenly.
	slices.SortStableFunc(units, func(a, b unit) int {
		return cmp.Or(
			cmp.Compare(b.work, a.work), cmp.Compare(a.choice(p, d), b.choice(p, d)), cmp.Compare(b.needs, a.needs))
	})
	return units
}
