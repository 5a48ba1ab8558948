package plan

import (
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Case is what the plan has to know of a case.
type Case struct {
	// Name is unique among the cases of a test.
	Name string
	// Together names what is never divided among shards, such as a class. Empty for a case that
	// can be placed alone.
	Together string
	// Takes is how long the case is expected to run; 0 if that is not known.
	Takes time.Duration
	// Needs are the groups that it holds while it runs.
	Needs []group.Need
	// Serial says whether it runs last in its shard, and alone there. Only schedule.Simulate uses
	// it.
	Serial bool
}

// Problem is cases and what there is to run them with.
type Problem struct {
	Cases []Case
	// Capacity is the capacity of each group; 1 for a group that is missing.
	Capacity map[string]int
	// Rates are the rates of groups that have one.
	Rates map[string]group.Rate
	// Shards is the number of processes, at least 1.
	Shards int
	// Workers is how many cases run at once in each shard, at least 1.
	Workers int

	timed bool // whether the time of any case is known
}

// Nominal is the assumed duration of a case if no duration is known.
const Nominal = time.Second

// Median returns the expected duration of a case of unknown duration: the median of the known
// durations.
func (p Problem) Median() time.Duration {
	var known []time.Duration
	for _, c := range p.Cases {
		if c.Takes > 0 {
			known = append(known, c.Takes)
		}
	}
	if len(known) == 0 {
		return Nominal
	}
	slices.Sort(known)
	return known[len(known)/2]
}

// estimated returns the problem with an expectation for every case.
func (p Problem) estimated() Problem {
	median := p.Median()
	p.Cases = slices.Clone(p.Cases)
	for i := range p.Cases {
		p.timed = p.timed || p.Cases[i].Takes > 0
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
// run at once than fit.
type chains struct {
	problem   Problem
	units     map[string]time.Duration // the exclusive work, times the weights
	exclusive map[string]time.Duration // the exclusive work
	readers   map[string]time.Duration // the shared work
	reader    map[string]time.Duration // the longest shared case
	starts    map[string]int           // the number of cases, of groups with a rate
	shortest  map[string]time.Duration // the shortest of these cases
}

func (p Problem) newChains() *chains {
	return &chains{
		problem: p, units: map[string]time.Duration{}, exclusive: map[string]time.Duration{},
		readers: map[string]time.Duration{}, reader: map[string]time.Duration{},
		starts: map[string]int{}, shortest: map[string]time.Duration{},
	}
}

// allChains returns the chains of all cases.
func (p Problem) allChains() *chains {
	all := p.newChains()
	for _, c := range p.Cases {
		all.add(c)
	}
	return all
}

func (c *chains) add(added Case) {
	for _, n := range added.Needs {
		if c.problem.Rates[n.Group].Limited() {
			c.start(n.Group, added.Takes)
		}
		if n.Mode == group.Shared {
			c.readers[n.Group] += added.Takes
			c.reader[n.Group] = max(c.reader[n.Group], added.Takes)
			continue
		}
		c.exclusive[n.Group] += added.Takes
		c.units[n.Group] += added.Takes * time.Duration(max(n.Weight, 1))
	}
}

// length returns the least time that the cases of a group take on that many workers. Shared cases
// run only while no other case does.
func (c *chains) length(label string, workers int) time.Duration {
	alone := max(c.units[label]/time.Duration(c.problem.capacity(label)), c.exclusive[label]/time.Duration(workers))
	return max(alone+max(c.reader[label], c.readers[label]/time.Duration(workers)), c.rated(label))
}

func (c *chains) start(label string, takes time.Duration) {
	if c.starts[label] == 0 || takes < c.shortest[label] {
		c.shortest[label] = takes
	}
	c.starts[label]++
}

// rated returns the least time that the cases of a group take by its rate: each case starts a
// window after the case that is a rate's number of starts before it.
func (c *chains) rated(label string) time.Duration {
	return c.problem.Rates[label].Wait(c.starts[label]) + c.shortest[label]
}
