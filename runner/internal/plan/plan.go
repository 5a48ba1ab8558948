// Package plan divides the cases of a test among its shards.
package plan

import (
	"cmp"
	"slices"
)

// Case is what the plan has to know of a case.
type Case struct {
	// Name is unique among the cases of a test.
	Name string
	// Groups are the labels of those that it holds.
	Groups []string
}

// Shards returns, for each of cases, the shard that runs it. It is a pure
// function of the cases, whatever their order, so all shards come to the same
// result, and each case runs in exactly one.
//
// Cases of one group that alone returns true for go to one shard: in several
// they would only wait for one another. The units that this makes, cases or
// sets of cases, go one by one to the shard that has the fewest cases so far,
// the largest unit first.
func Shards(cases []Case, alone func(group string) bool, total int) []int {
	shards := make([]int, len(cases))
	if total <= 1 {
		return shards
	}
	load := make([]int, total)
	for _, u := range units(cases, alone) {
		least := 0
		for shard := range load {
			if load[shard] < load[least] {
				least = shard
			}
		}
		load[least] += len(u)
		for _, i := range u {
			shards[i] = least
		}
	}
	return shards
}

// units returns sets of indices of cases that stay together, the largest
// first, then by the first name in each.
func units(cases []Case, alone func(string) bool) [][]int {
	order := make([]int, len(cases))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(cases[a].Name, cases[b].Name) })
	sets := newDisjointSets(len(cases))
	first := map[string]int{} // by group
	for _, i := range order {
		for _, g := range cases[i].Groups {
			if !alone(g) {
				continue
			}
			if j, ok := first[g]; ok {
				sets.join(i, j)
			} else {
				first[g] = i
			}
		}
	}
	members := map[int][]int{}
	var roots []int
	for _, i := range order {
		root := sets.find(i)
		if members[root] == nil {
			roots = append(roots, root)
		}
		members[root] = append(members[root], i)
	}
	var units [][]int
	for _, root := range roots {
		units = append(units, members[root])
	}
	slices.SortStableFunc(units, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return units
}
