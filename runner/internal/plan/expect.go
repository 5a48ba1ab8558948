package plan

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// Expect returns how long it takes to run each case in its shard. The order is
// the engine's, which goes by what is believed of the cases (Takes, and what it
// learns on the way of those of which nothing is known), while actual is how
// long they really take. Both shards and actual are by the case's index.
//
// It is a simulation of list scheduling: a worker that becomes free takes the
// most urgent case of its shard whose groups are free in all shards, and none
// if there is none. What it leaves out are the costs of processes and locks,
// and that cases without groups may share a process. It is deterministic.
func (p Problem) Expect(shards []int, actual []time.Duration) time.Duration {
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
	groups  []usage
	shards  []*trialShard // that which has not started a case for the longest time first
	running executions
	started int
}

// usage is what of a group is in use, in all shards.
type usage struct {
	capacity, units, readers int
}

// trialUse is a need, by the number of its group.
type trialUse struct {
	group, weight int
	shared        bool
}

// execution is a case that runs.
type execution struct {
	end    time.Duration
	number int // in the order of starts
	index  int // of the case
	shard  *trialShard
	class  *trialClass
}

func newTrial(p Problem, shards []int, actual []time.Duration) *trial {
	t := &trial{actual: actual}
	numbers := map[string]int{}
	for _, label := range p.groups() {
		numbers[label] = len(t.groups)
		t.groups = append(t.groups, usage{capacity: p.capacity(label)})
	}
	for range max(p.Shards, 1) {
		t.shards = append(t.shards, newTrialShard(max(p.Workers, 1), len(t.groups)))
	}
	for i, c := range p.Cases {
		t.shards[shards[i]].add(i, c, p.uses(c, numbers))
	}
	for _, s := range t.shards {
		s.sort(p)
	}
	return t
}

// uses returns what a case takes of the groups. A weight that could never be
// held counts as the capacity, or the trial would not end.
func (p Problem) uses(c Case, numbers map[string]int) []trialUse {
	var uses []trialUse
	for _, n := range c.Needs {
		uses = append(uses, trialUse{
			group: numbers[n.Group], weight: min(max(n.Weight, 1), p.capacity(n.Group)), shared: n.Mode == group.Shared,
		})
	}
	return uses
}

// start starts what can start. The shards take turns, as those who wait for a
// lock do.
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
	c := s.next(t.groups)
	if c == nil {
		s.stuck = true
		return false
	}
	i := c.take()
	s.idle--
	t.use(c.uses, 1)
	heap.Push(&t.running, execution{end: t.now + t.actual[i], number: t.started, index: i, shard: s, class: c})
	t.started++
	t.shards = append(slices.DeleteFunc(t.shards, func(other *trialShard) bool { return other == s }), s)
	return true
}

func (t *trial) finish(e execution) {
	e.shard.idle++
	e.shard.stuck = false
	e.shard.observe(e.class, t.actual[e.index])
	t.use(e.class.uses, -1)
	if len(e.class.uses) > 0 {
		for _, s := range t.shards {
			s.stuck = false
		}
	}
}

// use counts uses as one more (times = 1) or one less (times = -1).
func (t *trial) use(uses []trialUse, times int) {
	for _, u := range uses {
		if u.shared {
			t.groups[u.group].readers += times
		} else {
			t.groups[u.group].units += times * u.weight
		}
	}
}

// executions is a heap whose first is that which ends first.
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
