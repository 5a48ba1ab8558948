package engine

import (
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
	began      map[event.Case]bool // the cases that have joined
	quantum    quantum.Quantum     // of the process, from the start of its first case
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
	return b, &joins{dispatcher: d, class: h.class, first: b.cases[0], began: map[event.Case]bool{b.cases[0]: true}}
}

// mayGoOn is event.Batch.MayGoOn of a batch with joins.
func (h holding) mayGoOn(c event.Case) event.Answer {
	j := h.joins
	if j.has(c) {
		return event.Start
	}
	if j.dispatcher.run.starting.Err() != nil || j.isOver() && j.dispatcher.run.wantedElsewhere(h) {
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

func (j *joins) isOver() bool {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	return j.quantum.IsOver()
}

// add lets a case join, unless another process has it. The caller has locked the dispatcher.
func (j *joins) add(c event.Case) (ok bool) {
	if j.began[c] {
		return true
	}
	at := j.class.IndexOf(c)
	if at < 0 {
		return false
	}
	j.class.TakeAt(at)
	j.began[c] = true
	return true
}

// has reports whether a case has joined.
func (j *joins) has(c event.Case) bool {
	j.dispatcher.mu.Lock()
	defer j.dispatcher.mu.Unlock()
	return j.began[c]
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
