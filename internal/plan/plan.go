// Package plan divides the cases of a test among its shards, and knows how
// long that takes at least.
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
	// Shard is, for each case of the problem, the shard that runs it.
	Shard []int
	// Makespan is how long the plan is expected to take.
	Makespan time.Duration
}

// enough is by how much a stricter division may be worse.
const enough = 1.01

// Make returns a plan. It is a pure function of the problem, whatever the
// order of its cases, so all shards come to the same result, and each case
// runs in exactly one.
//
// Cases of one group go to one shard, and those of capacity c to at most c,
// where that lowers the makespan. If what groups connect is too much for one
// shard, a case of several groups stays with those of its heaviest one, and
// only then can cases of a group be in more shards than its capacity.
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

// place gives unit after unit to the shard that has the least work so far
// (longest processing time first: Graham, 1969). It is not ok if a unit has
// groups that are in different shards already.
func (p Problem) place(units []unit, d division) (shards []int, ok bool) {
	shards = make([]int, len(p.Cases))
	load := make([]time.Duration, p.Shards)
	used := map[string][]int{} // the shards in which a group is
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

// makespan returns how long a division takes at least. Shards are processes of
// their own: what one has too much of, another one cannot take over.
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
