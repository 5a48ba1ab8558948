package plan

import (
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// Case is what the plan has to know of a case.
type Case struct {
	// Name is unique among the cases of a test.
	Name string
	// Unit names what is never divided among shards, such as a class. Empty
	// for a case that stands for itself.
	Unit string
	// Takes is how long the case is expected to run; 0 if that is not known.
	Takes time.Duration
	// Needs are the groups that it holds while it runs.
	Needs []group.Need
}

// Problem is cases and what there is to run them with.
type Problem struct {
	Cases []Case
	// Capacity is that of each group; 1 for those that it does not have.
	Capacity map[string]int
	// Shards is the number of processes, at least 1.
	Shards int
	// Workers is how many cases run at once in each of them, at least 1.
	Workers int
}

// nominal is what cases are taken to need where nothing is known of any.
const nominal = time.Second

// Median returns what a case of which nothing is known is expected to take:
// the median of what is known of the others.
func (p Problem) Median() time.Duration {
	var known []time.Duration
	for _, c := range p.Cases {
		if c.Takes > 0 {
			known = append(known, c.Takes)
		}
	}
	if len(known) == 0 {
		return nominal
	}
	slices.Sort(known)
	return known[len(known)/2]
}

// estimated returns the problem with an expectation for every case.
func (p Problem) estimated() Problem {
	median := p.Median()
	p.Cases = slices.Clone(p.Cases)
	for i := range p.Cases {
		if p.Cases[i].Takes <= 0 {
			p.Cases[i].Takes = median
		}
	}
	p.Shards, p.Workers = max(p.Shards, 1), max(p.Workers, 1)
	return p
}

func (p Problem) capacity(label string) int { return max(p.Capacity[label], 1) }

// alone reports whether a need leaves no room for another case.
func (p Problem) alone(n group.Need) bool {
	return n.Mode == group.Exclusive && 2*n.Weight > p.capacity(n.Group)
}

// chains sums up, for each group, how long its cases take if no more of them
// run at once than fit: those that share it all at once, after the others.
type chains struct {
	problem   Problem
	exclusive map[string]float64 // seconds × weight
	shared    map[string]time.Duration
}

func (p Problem) newChains() *chains {
	return &chains{problem: p, exclusive: map[string]float64{}, shared: map[string]time.Duration{}}
}

func (c *chains) add(added Case) {
	for _, n := range added.Needs {
		if n.Mode == group.Shared {
			c.shared[n.Group] = max(c.shared[n.Group], added.Takes)
			continue
		}
		c.exclusive[n.Group] += added.Takes.Seconds() * float64(max(n.Weight, 1))
	}
}

// length is how long the cases of a group take at least, where as many run at
// once as its capacity and most allow.
func (c *chains) length(label string, most int) time.Duration {
	atOnce := min(c.problem.capacity(label), most)
	return time.Duration(c.exclusive[label]/float64(atOnce)*float64(time.Second)) + c.shared[label]
}
