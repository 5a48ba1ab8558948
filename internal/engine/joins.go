package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/quantum"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// joins lets further cases of a class join one that holds its groups, in its process. So what is
// set up in the process, for example by TestMain, is set up once. Only the first case of the
// batch has left its class; the others leave it when they start. Between two cases the groups and
// the worker count as free: if somebody else wants them, the process ends. Only other processes
// have to wait until this one has been worth its start.
type joins struct {
	dispatcher *dispatcher
	class      *schedule.Class
	first      event.Case
	quantum    quantum.Quantum // of the process, from the start of its first case
	// began are the cases that have joined, and how long they take; 0 if that is not known.
	began map[event.Case]time.Duration
	// paused are the cases that have begun and let others go first, and how long they will take.
	paused map[event.Case]time.Duration
}

// joining returns a batch of the case that was taken from a class and all cases that may join it.
func (d *dispatcher) joining(h holding) (batch, *joins) {
	b := h.batch
	if !d.run.Asks || h.class.Rated || len(b.cases) > 1 || h.retried {
		return b, nil
	}
	b.cases = slices.Clone(b.cases)
	for _, c := range h.class.Left() {
		if !c.Retry {
			b.cases = append(b.cases, c.Case)
		}
	}
	if len(b.cases) == 1 {
		return b, nil
	}
	return b, &joins{
		dispatcher: d, class: h.class, first: b.cases[0],
		began: map[event.Case]time.Duration{b.cases[0]: 0}, paused: map[event.Case]time.Duration{},
	}
}

// mayGoOn is event.Batch.MayGoOn of a batch with joins.
func (h holding) mayGoOn(c event.Case) event.Answer {
	j := h.joins
	if j.has(c) {
		return event.Start
	}
	if h.lostBefore() != nil {
		return event.Stop // this process may have been stopped since the last case, for longer than a lease lives
	}
	full, over := j.isOver()
	if j.dispatcher.run.starting.Err() != nil || full && len(h.needs) > 0 || over && j.dispatcher.run.wantedElsewhere(h) {
		return event.Stop
	}
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	if j.class.IndexOf(c) >= 0 && !j.dispatcher.agenda.GoesOn(j.class) {
		return event.Stop
	}
	if !j.add(c) {
		return event.Leave
	}
	return event.Start
}

// paid begins the quantum of the process, which took that long to its first case.
func (j *joins) paid(took time.Duration) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	j.quantum = quantum.After(took)
}

// isOver reports whether the process has been worth its start when its paused cases, which it
// cannot leave to others, have run; and whether it is full, because they will take as long as the
// longest quantum: whoever comes next should not have to wait for more.
func (j *joins) isOver() (full, over bool) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	var owed time.Duration
	for _, takes := range j.paused {
		owed += takes
	}
	return owed >= quantum.Longest, j.quantum.IsOverAfter(owed)
}

// pauses notes that a case has begun and lets others go first.
func (j *joins) pauses(c event.Case) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	j.paused[c] = cmp.Or(j.began[c], j.dispatcher.afterPauses.mean())
}

// ends notes that a case has ended. It reports whether that had paused.
func (j *joins) ends(c event.Case) (hadPaused bool) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	_, hadPaused = j.paused[c]
	delete(j.paused, c)
	return hadPaused
}

// ran notes how long a case ran that had paused.
func (j *joins) ran(took time.Duration) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	j.dispatcher.afterPauses.add(took)
}

// running is how long some cases ran.
type running struct {
	total time.Duration
	count int
}

func (r *running) add(took time.Duration) { r.total, r.count = r.total+took, r.count+1 }

// nominal is how long such a case is taken to run if nothing is known.
const nominal = time.Second

// mean is what to expect of another one. Tests that call t.Parallel differ from the others, which do
// not have to wait for much: so until one has run, nothing is known.
func (r *running) mean() time.Duration {
	if r.count == 0 {
		return nominal
	}
	return r.total / time.Duration(r.count)
}

// add lets a case join, unless another process has it. The caller has locked the dispatcher.
func (j *joins) add(c event.Case) (ok bool) {
	if _, began := j.began[c]; began {
		return true
	}
	at := j.class.IndexOf(c)
	if at < 0 {
		return false
	}
	j.began[c] = j.class.Left()[at].Takes
	j.class.TakeAt(at)
	return true
}

// has reports whether a case has joined.
func (j *joins) has(c event.Case) bool {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	_, began := j.began[c]
	return began
}

// take lets a case join that already has a result, such as all cases of a process whose TestMain
// has failed. It is not ok if another process has the case.
func (j *joins) take(c event.Case) (ok bool) {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	return j.add(c)
}

// wantedElsewhere reports whether another process waits for what h holds.
func (r *run) wantedElsewhere(h holding) bool {
	inspector, ok := r.Locker.(lock.Inspector)
	return ok && slices.ContainsFunc(h.needs, func(n group.Need) bool { return inspector.Wanted(n.Group, r.requests.of(n.Group)) })
}

// withoutWithdrawn returns batches without the cases that have not joined, which are still in
// their class.
func (h holding) withoutWithdrawn(again [][]event.Case) (left [][]event.Case) {
	if h.joins == nil {
		return again
	}
	for _, batch := range again {
		batch = slices.DeleteFunc(slices.Clone(batch), func(c event.Case) bool { return !h.joins.has(c) })
		if len(batch) > 0 {
			left = append(left, batch)
		}
	}
	return left
}
