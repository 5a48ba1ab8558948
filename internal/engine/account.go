package engine

import (
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// account is the account of how long each case could not start because of its groups.
//
// A case waits for its groups while it is queued and one of them has no room for it: cases of this
// run hold too much of it, or this run waits for it, so that whoever asks next has to wait too.
// Whether a worker is free makes no difference. While its groups have room, a case is queued for
// lack of a worker, and that does not count.
//
// Cases with the same needs have room at the same times, so the account is one for each kind of
// needs, and a case's wait is the difference between two moments of it.
type account struct {
	capacity map[string]int // by label; without one, only waiting for the group counts

	mu     sync.Mutex
	groups map[string]*usedGroup
	kinds  map[string]*kindOfNeeds
	queued map[event.Case]queued
	waited map[event.Case]time.Duration // of cases whose wait is over
}

// usedGroup is how much of a group this run uses, and how many requests of the run wait for it.
type usedGroup struct {
	units, shared, waiting int
	kinds                  []*kindOfNeeds // that need it
}

// kindOfNeeds is needs that some cases have.
type kindOfNeeds struct {
	needs   []group.Need
	blocked bool
	since   time.Time     // when it became blocked
	total   time.Duration // how long it was before
}

// queued is when a case was queued, and how long its kind had been blocked until then.
type queued struct {
	at      time.Time
	blocked time.Duration
}

func newAccount(capacity map[string]int) *account {
	return &account{
		capacity: capacity, groups: map[string]*usedGroup{}, kinds: map[string]*kindOfNeeds{},
		queued: map[event.Case]queued{}, waited: map[event.Case]time.Duration{},
	}
}

// open begins the account of cases with such needs.
func (w *account) open(needs []group.Need, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kindOf(needs, now)
}

func (w *account) kindOf(needs []group.Need, now time.Time) *kindOfNeeds {
	if len(needs) == 0 {
		return &kindOfNeeds{}
	}
	key := fmt.Sprint(needs)
	if k := w.kinds[key]; k != nil {
		return k
	}
	k := &kindOfNeeds{needs: needs}
	w.kinds[key] = k
	for _, n := range needs {
		g := w.group(n.Group)
		g.kinds = append(g.kinds, k)
	}
	w.update(k, now)
	return k
}

func (w *account) group(label string) *usedGroup {
	if w.groups[label] == nil {
		w.groups[label] = &usedGroup{}
	}
	return w.groups[label]
}

// queue notes that cases can start from now on, as far as it is not for their groups and workers.
// Other cases can from the start of the run.
func (w *account) queue(cases []event.Case, needs []group.Need, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	blocked := w.kindOf(needs, now).until(now)
	for _, c := range cases {
		w.queued[c] = queued{now, blocked}
		delete(w.waited, c)
	}
}

// settle ends the waits of cases. What was settled before counts no more.
func (w *account) settle(cases []event.Case, needs []group.Need, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	blocked := w.kindOf(needs, now).until(now)
	for _, c := range cases {
		w.waited[c] = blocked - w.queued[c].blocked
	}
}

// settleOnce is settle for a case whose wait may have ended before.
func (w *account) settleOnce(c event.Case, needs []group.Need, now time.Time) {
	w.mu.Lock()
	_, settled := w.waited[c]
	w.mu.Unlock()
	if !settled {
		w.settle([]event.Case{c}, needs, now)
	}
}

// of returns since when a case was queued, and how long it waited, if that is settled.
func (w *account) of(c event.Case) (queued time.Time, waited time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.queued[c].at, w.waited[c]
}

// begin notes that a request waits for a group, and end that it does no more.
func (w *account) begin(label string, now time.Time) {
	w.change(label, now, func(g *usedGroup) { g.waiting++ })
}

func (w *account) end(label string, now time.Time) {
	w.change(label, now, func(g *usedGroup) { g.waiting-- })
}

// hold notes that needs are held, and release that they are not.
func (w *account) hold(needs []group.Need, now time.Time)    { w.count(needs, 1, now) }
func (w *account) release(needs []group.Need, now time.Time) { w.count(needs, -1, now) }

func (w *account) count(needs []group.Need, times int, now time.Time) {
	for _, n := range needs {
		w.change(n.Group, now, func(g *usedGroup) {
			if n.Mode == group.Shared {
				g.shared += times
			} else {
				g.units += times * n.Weight
			}
		})
	}
}

func (w *account) change(label string, now time.Time, change func(*usedGroup)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.group(label)
	change(g)
	for _, k := range g.kinds {
		w.update(k, now)
	}
}

func (w *account) update(k *kindOfNeeds, now time.Time) {
	blocked := w.isBlocked(k.needs)
	switch {
	case blocked && !k.blocked:
		k.since = now
	case !blocked && k.blocked:
		k.total += now.Sub(k.since)
	}
	k.blocked = blocked
}

func (w *account) isBlocked(needs []group.Need) bool {
	for _, n := range needs {
		if !w.groups[n.Group].hasRoom(n, w.capacity[n.Group]) {
			return true
		}
	}
	return false
}

// hasRoom reports whether a need fits beside what this run uses and waits for.
func (g *usedGroup) hasRoom(n group.Need, capacity int) bool {
	switch {
	case g.waiting > 0:
		return false
	case capacity == 0:
		return true
	case n.Mode == group.Shared:
		return g.units == 0
	}
	return g.shared == 0 && g.units+n.Weight <= capacity
}

// until is how long a kind was blocked until now.
func (k *kindOfNeeds) until(now time.Time) time.Duration {
	if k.blocked {
		return k.total + now.Sub(k.since)
	}
	return k.total
}
