package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/timeline"
)

const (
	// worthTelling is the shortest wait that the end of the log tells of, and the shortest run of
	// which it says what held it back.
	worthTelling = time.Second
	// mostly is the part of the time from which on something counts as what held the run back.
	mostly = 0.8
	// maxGroups is how many groups the end of the log tells of.
	maxGroups = 2
)

// heldBack says, in a line each, what held a shard back: the groups that its cases waited for
// longest, and what no number of workers makes faster.
func heldBack(f timeline.File) (lines []string) {
	curves := curvesOf(f)
	for _, w := range waitsOf(f, curves) {
		lines = append(lines, w.String())
	}
	if len(lines) > maxGroups {
		lines = lines[:maxGroups]
	}
	if wall := float64(f.Ended - f.Listing.To); wall >= float64(worthTelling.Milliseconds()) {
		lines = append(lines, bottleneck(f, curves, wall)...)
	}
	return lines
}

// groupWait is how long cases waited for a group.
type groupWait struct {
	label          string
	total, longest float64 // ms
	cases          int
	who, behind    string
}

func (w groupWait) String() string {
	text := fmt.Sprintf("%s: %d cases waited %s in all, longest %s %s", w.label, w.cases, ms(w.total), w.who, ms(w.longest))
	if w.cases == 1 {
		text = fmt.Sprintf("%s: %s waited %s", w.label, w.who, ms(w.longest))
	}
	if w.behind != "" {
		text += ", behind " + w.behind
	}
	return text
}

func ms(milliseconds float64) string {
	return seconds(time.Duration(milliseconds * float64(time.Millisecond)))
}

// waitsOf returns the groups for which somebody waited for long, the longest wait first. Of the
// groups that a case waited for at the same time, each counts.
func waitsOf(f timeline.File, curves []curve) (all []groupWait) {
	waits := make([]groupWait, len(f.Groups))
	first := firstOfBatches(f)
	for _, c := range f.Cases {
		for _, a := range c.Attempts {
			for _, h := range a.Held {
				waits[h.Group].add(f, c, h, curves[h.Group].full(orStart(f, a.Queued), until(f, a, h, first)))
			}
		}
	}
	for i, w := range waits {
		if w.label = f.Groups[i].Label; w.longest >= float64(worthTelling.Milliseconds()) {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b groupWait) int { return cmp.Compare(b.longest, a.longest) })
	return all
}

func (w *groupWait) add(f timeline.File, c timeline.Case, h timeline.Hold, waited float64) {
	if waited < 1 { // that is how long it takes to ask
		return
	}
	w.cases++
	w.total += waited
	if waited > w.longest {
		w.longest, w.who, w.behind = waited, c.Name, ""
		if h.After > 0 && h.After <= len(f.Users) {
			w.behind = f.Users[h.After-1]
		}
	}
}

func orStart(f timeline.File, m timeline.Moment) timeline.Moment { return cmp.Or(m, f.Listing.To) }

// until is when an attempt no longer waited for a group: when it had it, or, if it has joined
// another one that had it, when it started.
func until(f timeline.File, a timeline.Attempt, h timeline.Hold, first map[int]timeline.Moment) timeline.Moment {
	switch {
	case h.Acquired == 0:
		return cmp.Or(a.Ended, f.Ended)
	case a.Started > first[a.Batch] && f.Workers > 0:
		return a.Started
	}
	return h.Acquired
}

// firstOfBatches returns when the first case of each batch started.
func firstOfBatches(f timeline.File) map[int]timeline.Moment {
	first := map[int]timeline.Moment{}
	for _, c := range f.Cases {
		for _, a := range c.Attempts {
			if known, ok := first[a.Batch]; !ok || a.Started < known {
				first[a.Batch] = a.Started
			}
		}
	}
	return first
}

// bottleneck says what the shard could not be faster than; nothing if that is not clear.
func bottleneck(f timeline.File, curves []curve, wall float64) []string {
	busiest, most := "", 0.0
	for i, g := range f.Groups {
		if busy := curves[i].busy() / (float64(max(g.Capacity, 1)) * wall); busy > most {
			busiest, most = g.Label, busy
		}
	}
	if most >= mostly {
		return []string{fmt.Sprintf("%s was busy %.0f %% of the time: more workers will not help", busiest, 100*min(most, 1))}
	}
	if bound := boundOf(f); len(f.Cases) > 1 && ms(bound.Time.Seconds()*1000) != ms(0) && bound.Time.Seconds()*1000 >= mostly*wall {
		return []string{fmt.Sprintf("no order of its cases takes less than %s: %s", seconds(bound.Time), bound.Why)}
	}
	return nil
}

// boundOf is what no schedule of the shard can beat, given what its cases took.
func boundOf(f timeline.File) plan.Bound {
	p := plan.Problem{Capacity: map[string]int{}, Rates: map[string]group.Rate{}, Shards: 1, Workers: max(f.Workers, 1)}
	for _, g := range f.Groups {
		p.Capacity[g.Label] = g.Capacity
	}
	for _, c := range f.Cases {
		one := plan.Case{Name: c.Name, Takes: 1} // what did not run took nothing
		for _, a := range c.Attempts {
			if a.Started > 0 && a.Ended > a.Started {
				one.Takes += time.Duration(float64(a.Ended-a.Started) * float64(time.Millisecond))
			}
		}
		for _, need := range c.Needs {
			n := f.Needs[need]
			mode := group.Exclusive
			if n.Shared {
				mode = group.Shared
			}
			one.Needs = append(one.Needs, group.Need{Group: f.Groups[n.Group].Label, Weight: n.Units(), Mode: mode})
		}
		p.Cases = append(p.Cases, one)
	}
	return p.Bound()
}
