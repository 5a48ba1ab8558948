package report

import (
	"cmp"
	"slices"
	"sort"

	"github.com/interlock-build/rules_interlock/internal/timeline"
)

// curve is how one group was used over the time of a shard: by the shard itself, and, while the
// shard waited for it, by whomever.
type curve struct {
	capacity int
	steps    []step
}

// step is the use of a group from a moment on.
type step struct {
	at                     timeline.Moment
	units, shared, waiting int     // while it is made: the change
	full, busy             float64 // how long it was full until then, and units times how long they were busy
}

// curvesOf returns the curve of each group of a file. What a batch holds counts once.
func curvesOf(f timeline.File) []curve {
	curves := make([]curve, len(f.Groups))
	type holding struct{ batch, group int }
	seen := map[holding]bool{}
	for i, g := range f.Groups {
		curves[i].capacity = max(g.Capacity, 1)
	}
	for _, c := range f.Cases {
		for _, a := range c.Attempts {
			for _, h := range a.Held {
				if one := (holding{a.Batch, h.Group}); a.Batch == 0 || !seen[one] {
					seen[one] = true
					curves[h.Group].add(f, a, h)
				}
			}
		}
	}
	for i := range curves {
		curves[i].sum()
	}
	return curves
}

func (c *curve) add(f timeline.File, a timeline.Attempt, h timeline.Hold) {
	got := cmp.Or(h.Acquired, a.Ended, f.Ended)
	if h.Since > 0 && got > h.Since {
		c.steps = append(c.steps, step{at: h.Since, waiting: 1}, step{at: got, waiting: -1})
	}
	if h.Acquired == 0 {
		return
	}
	units, shared := len(h.Units), 0
	if units == 0 {
		shared = 1
	}
	free := max(cmp.Or(a.Released, a.Ended, f.Ended), h.Acquired)
	c.steps = append(c.steps,
		step{at: h.Acquired, units: units, shared: shared}, step{at: free, units: -units, shared: -shared})
}

// sum turns changes into sums.
func (c *curve) sum() {
	slices.SortStableFunc(c.steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(c.steps); i++ {
		before, s := c.steps[i-1], &c.steps[i]
		s.units, s.shared, s.waiting = s.units+before.units, s.shared+before.shared, s.waiting+before.waiting
		took := float64(s.at - before.at)
		s.busy = before.busy + took*float64(c.used(before))
		if s.full = before.full; c.used(before) >= c.capacity {
			s.full += took
		}
	}
}

// used is how many units are not to be had.
func (c *curve) used(s step) int {
	if s.waiting > 0 || s.shared > 0 {
		return c.capacity
	}
	return min(s.units, c.capacity)
}

// busy is the sum of the times during which each unit was busy, in ms.
func (c *curve) busy() float64 {
	if len(c.steps) == 0 {
		return 0
	}
	return c.steps[len(c.steps)-1].busy
}

// full is how long the group was full between two moments, in ms.
func (c *curve) full(from, to timeline.Moment) float64 {
	return max(c.fullUntil(to)-c.fullUntil(from), 0)
}

func (c *curve) fullUntil(m timeline.Moment) float64 {
	at := sort.Search(len(c.steps), func(i int) bool { return c.steps[i].at > m }) - 1
	if at < 0 {
		return 0
	}
	s := c.steps[at]
	if c.used(s) >= c.capacity {
		return s.full + float64(m-s.at)
	}
	return s.full
}
