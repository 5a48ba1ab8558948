package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Bound is a time that no schedule can beat, and the reason.
type Bound struct {
	Time time.Duration
	// Why names what takes that long, for people.
	Why string
}

func (b *Bound) raise(t time.Duration, format string, args ...any) {
	if t > b.Time {
		*b = Bound{Time: t, Why: fmt.Sprintf(format, args...)}
	}
}

// Bound returns the largest of several times that no schedule can beat: the work divided by the
// workers of all shards, the longest case, the longest chain of a group, and the longest chain of
// cases that conflict in pairs although no group is common to all. It ignores groups that leave
// room for some other cases but not for all, so the true optimum may be later.
func (p Problem) Bound() Bound { return p.estimated().bound() }

// bound is Bound of a problem in which every case has an expectation.
func (p Problem) bound() Bound {
	var b Bound
	var work time.Duration
	for _, c := range p.Cases {
		work += c.Takes
	}
	chains := p.allChains()
	slots := p.Shards * p.Workers
	workers := "one worker"
	if slots > 1 {
		workers = fmt.Sprintf("%d workers", slots)
	}
	b.raise(work/time.Duration(slots), "all cases on %s", workers)
	for _, c := range p.Cases {
		b.raise(c.Takes, "the case %s", c.Name)
	}
	for _, label := range p.groups() {
		b.raise(chains.length(label, slots), "the group %s", label)
	}
	p.raiseByTriangles(&b)
	return b
}

// Chains returns, by label, the least length of the chain of each group that cases need.
func (p Problem) Chains() map[string]time.Duration {
	p = p.estimated()
	all := p.allChains()
	lengths := map[string]time.Duration{}
	for _, label := range p.groups() {
		lengths[label] = all.length(label, p.Shards*p.Workers)
	}
	return lengths
}

// groups returns the labels of all groups that cases need, sorted.
func (p Problem) groups() []string {
	labels := map[string]bool{}
	for _, c := range p.Cases {
		for _, n := range c.Needs {
			labels[n.Group] = true
		}
	}
	return slices.Sorted(maps.Keys(labels))
}

// raiseByTriangles looks at cases that need two of the same three groups: any two of them have a
// group in common. If no case needs more than two groups, these and the groups themselves are the
// only sets of cases in pairwise conflict (a family of pairs that all meet is a star or a
// triangle).
func (p Problem) raiseByTriangles(b *Bound) {
	pairs, triples := p.overlaps()
	near := map[string][]string{}
	for pair := range pairs {
		near[pair[0]] = append(near[pair[0]], pair[1])
	}
	for _, first := range slices.Sorted(maps.Keys(near)) {
		others := slices.Sorted(slices.Values(near[first]))
		for i, second := range others {
			for _, third := range others[i+1:] {
				// A case that needs all three is in each of the pairs.
				all := triples[[3]string{first, second, third}]
				sum := pairs[[2]string{first, second}] + pairs[[2]string{first, third}] + pairs[[2]string{second, third}] - 2*all
				b.raise(sum, "cases that need two of %s", strings.Join([]string{first, second, third}, ", "))
			}
		}
	}
}

// overlaps sums up the durations of cases that need the same two or the same three groups, each
// of which leaves no room for another case.
func (p Problem) overlaps() (pairs map[[2]string]time.Duration, triples map[[3]string]time.Duration) {
	pairs, triples = map[[2]string]time.Duration{}, map[[3]string]time.Duration{}
	for _, c := range p.Cases {
		var labels []string
		for _, n := range c.Needs {
			if p.alone(n) {
				labels = append(labels, n.Group)
			}
		}
		slices.Sort(labels)
		for i, first := range labels {
			for j, second := range labels[i+1:] {
				pairs[[2]string{first, second}] += c.Takes
				for _, third := range labels[i+1+j+1:] {
					triples[[3]string{first, second, third}] += c.Takes
				}
			}
		}
	}
	return pairs, triples
}
