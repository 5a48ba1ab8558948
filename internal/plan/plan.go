// Package plan divides the cases of a test among its shards, and computes a lower bound of how
// long that takes.
//
// docs/design/scheduling.md has the model and the reasons.
package plan

import (
	"cmp"
	"slices"
	"time"
)

// Plan is a division of cases among shards.
type Plan struct {
	// Shard is the shard that runs each case of the problem.
	Shard []int
	// Makespan is how long the plan is expected to take.
	Makespan time.Duration
}

// enough is the factor by which a stricter division may be worse.
const enough = 1.01

// Make returns a plan. It is a pure function of the problem and does not depend on the order of
// its cases. So all shards get the same result, and each case runs in exactly one.
//
// If that lowers the makespan, cases of a group go to one shard, or to at most c shards if its
// capacity is c. If connected groups are too much for one shard, a case of several groups stays
// with the cases of its heaviest group. Only then can more shards than its capacity have cases of
// a group.
func Make(p Problem) Plan {
	p = p.estimated()
	bound := p.bound().Time
	if p.Shards == 1 {
		one := make([]int, len(p.Cases))
		return Plan{Shard: one, Makespan: p.makespan(one, bound)}
	}
	order := p.byName()
	var best Plan
	target := time.Duration(float64(bound) * enough)
	for _, d := range p.divisions(bound) {
		shards, ok := p.place(p.units(order, d), d)
		if !ok {
			continue
		}
		makespan := p.makespan(shards, bound)
		if best.Shard == nil || float64(makespan)*enough < float64(best.Makespan) {
			best = Plan{Shard: shards, Makespan: makespan}
		}
		if best.Makespan <= target {
			break
		}
	}
	return best
}

// byName returns the indices of the cases in the order of their names.
func (p Problem) byName() []int {
	order := make([]int, len(p.Cases))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.Cases[a].Name, p.Cases[b].Name) })
	return order
}

// place gives one unit after another to the shard that has the least work so far (longest
// processing time first: Graham, 1969). It is not ok if a unit has groups that are already in
// different shards.
func (p Problem) place(units []unit, d division) (shards []int, ok bool) {
	shards = make([]int, len(p.Cases))
	load := make([]time.Duration, p.Shards)
	used := map[string][]int{} // the shards that have a group
	for _, u := range units {
		least := -1
		for shard := range load {
			if (least < 0 || load[shard] < load[least]) && u.mayGo(shard, used, d.spread) {
				least = shard
			}
		}
		if least < 0 {
			return nil, false
		}
		load[least] += u.work
		for _, label := range u.groups {
			if !slices.Contains(used[label], least) {
				used[label] = append(used[label], least)
			}
		}
		for _, i := range u.cases {
			shards[i] = least
		}
	}
	return shards, true
}

func (u unit) mayGo(shard int, used map[string][]int, spread map[string]int) bool {
	for _, label := range u.groups {
		if len(used[label]) >= spread[label] && !slices.Contains(used[label], shard) {
			return false
		}
	}
	return true
}

// makespan returns the least time that a division takes. Shards are separate processes: one
// cannot take over work from another.
func (p Problem) makespan(shards []int, bound time.Duration) time.Duration {
	work := make([]time.Duration, p.Shards)
	chain := make([]*chains, p.Shards)
	for shard := range chain {
		chain[shard] = p.newChains()
	}
	latest := bound
	for i, c := range p.Cases {
		work[shards[i]] += c.Takes
		chain[shards[i]].add(c)
	}
	for shard := range work {
		latest = max(latest, work[shard]/time.Duration(p.Workers))
		for label := range chain[shard].exclusive {
			latest = max(latest, chain[shard].length(label, p.Workers))
		}
	}
	return latest
}
