package schedule

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/plan"
)

// Simulate returns how long it takes to run each case of a problem in its shard. An Agenda
// decides the order by the expected durations (Takes, and what it learns about cases of unknown
// duration on the way), while actual has the real durations. Both shards and actual are by the
// case's index.
//
// It is a simulation of list scheduling: a worker that becomes free takes the most urgent case of
// its shard whose groups are free in all shards, or no case if there is none. It leaves out the
// costs of processes and locks, and that cases without groups may share a process. It is
// deterministic.
func Simulate(p plan.Problem, shards []int, actual []time.Duration) time.Duration {
	t := newTrial(p, shards, actual)
	t.start()
	for len(t.running) > 0 {
		t.now = t.running[0].end
		for len(t.running) > 0 && t.running[0].end == t.now {
			t.finish(heap.Pop(&t.running).(execution))
		}
		t.start()
	}
	return t.now
}

// trial is a simulated run under way.
type trial struct {
	now     time.Duration
	actual  []time.Duration
	usage   *usage        // of all shards together
	shards  []*trialShard // the shard that has not started a case for the longest time first
	running executions
	started int
}

// trialShard is a shard of a simulated run.
type trialShard struct {
	agenda  *Agenda
	indices []int // of its cases, in the problem
	serial  []*Class
	idle    int
	// stuck says whether nothing can start before something finishes.
	stuck bool
}

// execution is a running case.
type execution struct {
	end    time.Duration
	number int // in the order of starts
	index  int // of the case
	shard  *trialShard
	class  *Class
}

func newTrial(p plan.Problem, shards []int, actual []time.Duration) *trial {
	cases := make([]Case, len(p.Cases))
	for i, c := range p.Cases {
		cases[i] = Case{Case: event.Case{Name: c.Name}, Needs: c.Needs, Serial: c.Serial, Takes: c.Takes, Position: i}
	}
	capacity := map[string]int{}
	for _, c := range cases {
		for _, n := range c.Needs {
			capacity[n.Group] = max(p.Capacity[n.Group], 1)
		}
	}
	t := &trial{actual: actual, usage: newUsage(cases, capacity)}
	own := make([][]Case, max(p.Shards, 1))
	for i, c := range cases {
		own[shards[i]] = append(own[shards[i]], c)
	}
	for _, cases := range own {
		t.shards = append(t.shards, newTrialShard(cases, p, t.usage))
	}
	return t
}

func newTrialShard(cases []Case, p plan.Problem, u *usage) *trialShard {
	workers := max(p.Workers, 1)
	s := &trialShard{idle: workers}
	var parallel []Case
	for _, c := range cases {
		if c.Serial {
			s.serial = append(s.serial, &Class{cases: []Case{c}, uses: u.usesOf(c.Needs)})
			continue
		}
		s.indices = append(s.indices, c.Position)
		parallel = append(parallel, c)
	}
	s.agenda = newAgenda(Options{Shards: p.Shards, Workers: workers}, parallel, u)
	s.agenda.MaxBypass = math.MaxInt // the cases that overtake one are not of its shard
	return s
}

// start starts everything that can start. The shards take turns, as waiters for a lock do.
func (t *trial) start() {
	for again := true; again; {
		again = false
		for _, s := range slices.Clone(t.shards) {
			if !s.stuck && t.startOne(s) {
				again = true
			}
		}
	}
}

func (t *trial) startOne(s *trialShard) bool {
	i, c := s.next()
	if c == nil {
		s.stuck = true
		return false
	}
	s.idle--
	heap.Push(&t.running, execution{end: t.now + t.actual[i], number: t.started, index: i, shard: s, class: c})
	t.started++
	t.shards = append(slices.DeleteFunc(t.shards, func(other *trialShard) bool { return other == s }), s)
	return true
}

// next returns the case to start, and its class, which now uses its groups; no class if none can
// start. Serial cases come last, one by one.
func (s *trialShard) next() (index int, c *Class) {
	switch {
	case s.idle == 0:
		return 0, nil
	case s.agenda.Left():
		if c = s.agenda.Next(); c == nil {
			return 0, nil
		}
		return s.indices[c.Take(1)[0].Position], c
	case s.idle < s.agenda.Workers || len(s.serial) == 0 || !s.agenda.fits(s.serial[0], nil):
		return 0, nil
	}
	c, s.serial = s.serial[0], s.serial[1:]
	s.agenda.Claim(c)
	return c.Take(1)[0].Position, c
}

func (t *trial) finish(e execution) {
	e.shard.idle++
	e.shard.stuck = false
	e.shard.agenda.Observe(e.class, t.actual[e.index])
	t.usage.count(e.class.uses, -1)
	if len(e.class.uses) > 0 {
		for _, s := range t.shards {
			s.stuck = false
		}
	}
}

// executions is a heap whose first element is the execution that ends first.
type executions []execution

func (e executions) Len() int      { return len(e) }
func (e executions) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e executions) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(e[i].end, e[j].end), cmp.Compare(e[i].number, e[j].number)) < 0
}
func (e *executions) Push(x any) { *e = append(*e, x.(execution)) }
func (e *executions) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}
