package planfile

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// Times returns the durations that the test knows.
func (f File) Times() timings.Times {
	known := timings.Times{}
	for _, c := range f.Cases {
		if c.Known {
			known[c.Name] = c.Seconds
		}
	}
	return known
}

// Expected returns the makespan of the test if it divides and orders its cases by believed while
// their real durations are actual. A case of unknown duration really takes the median of the
// others. So
//
//	Expected(f, f.Times(), measured)
//
// is what to expect with the timings that the test has, and
//
//	Expected(f, measured, measured)
//
// with new ones. The error is for a mode that is neither exclusive nor shared.
func Expected(f File, believed, actual timings.Times) (time.Duration, error) {
	p, err := f.problem(believed)
	if err != nil {
		return 0, err
	}
	taken, err := f.problem(actual)
	if err != nil {
		return 0, err
	}
	takes := make([]time.Duration, len(p.Cases))
	median := taken.Median()
	for i, c := range taken.Cases {
		if takes[i] = c.Takes; c.Takes == 0 {
			takes[i] = median
		}
	}
	shards := plan.Make(p).Shard
	if f.Workers == 0 {
		p, shards, takes = inOrder(p, shards, takes)
	}
	return schedule.Simulate(p, shards, takes), nil
}

// inOrder combines all cases of a shard into one, because they run one after the other while what
// any of them needs is held.
func inOrder(p plan.Problem, shards []int, takes []time.Duration) (plan.Problem, []int, []time.Duration) {
	whole := make([]plan.Case, max(p.Shards, 1))
	together := make([]time.Duration, len(whole))
	own := make([]int, len(whole))
	for i, c := range p.Cases {
		w := &whole[shards[i]]
		w.Takes += c.Takes
		w.Needs = append(w.Needs, c.Needs...)
		together[shards[i]] += takes[i]
	}
	for shard := range whole {
		own[shard] = shard
		whole[shard].Needs = group.Canonical(whole[shard].Needs)
	}
	p.Cases = whole
	return p, own, together
}
