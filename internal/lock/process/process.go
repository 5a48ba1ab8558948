// Package process keeps the cases of one runner process apart, in memory.
package process

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/rate"
)

// MaxBypass is the number of later requests for one of its groups that may be served before a
// waiter. After that, the locker reserves what the waiter needs.
const MaxBypass = 8

// locker serves conflicting requests in the order of their arrival. It lets later requests that
// fit overtake a blocked one at most MaxBypass times.
type locker struct {
	mu    sync.Mutex
	use   map[string]*usage
	queue []*request
	// again fires when a rate next allows a start; nil if no request waits for that.
	again *time.Timer
}

// usage is how much of one group is in use.
type usage struct {
	group  group.Group
	taken  []bool // by unit
	units  int    // how many of them are held exclusively
	shared int    // holders that share
	starts *rate.Log
}

// request is a call of Acquire that waits.
type request struct {
	needs    []group.Need
	grants   map[string]group.Grant // once it is granted
	counted  *rate.Counted
	bypassed int
	granted  chan struct{}
}

// New returns a locker for groups.
func New(groups []group.Group) lock.Locker {
	l := &locker{use: make(map[string]*usage, len(groups))}
	for _, g := range groups {
		l.use[g.Label] = &usage{group: g, taken: make([]bool, g.Capacity), starts: rate.NewLog(g.Rate, rate.InMemory())}
	}
	return l
}

// Acquire takes all of needs at one moment. A waiter therefore holds nothing, and no order of the
// groups can deadlock.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	needs = group.Canonical(needs)
	if err := l.validate(needs); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &request{needs: needs, granted: make(chan struct{})}
	if blocker := l.enqueue(r); blocker != "" {
		lock.Waiting(ctx, blocker)
	}
	select {
	case <-r.granted:
		return &held{locker: l, request: r}, nil
	case <-ctx.Done():
		l.abandon(r)
		return nil, ctx.Err()
	}
}

func (l *locker) validate(needs []group.Need) error {
	for _, n := range needs {
		u, ok := l.use[n.Group]
		if !ok {
			return fmt.Errorf("%s: %w", n.Group, lock.ErrUnknownGroup)
		}
		if err := n.Validate(u.group); err != nil {
			return err
		}
	}
	return nil
}

// enqueue adds r and returns the group that it waits for, or "" if it was granted.
func (l *locker) enqueue(r *request) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, r)
	l.serve()
	select {
	case <-r.granted:
		return ""
	default:
		return l.blocker(r)
	}
}

// blocker names the first group that r cannot get its part of. If there is none, it names the
// first group of r, which is then reserved for an older request.
func (l *locker) blocker(r *request) string {
	for _, n := range r.needs {
		if u := l.use[n.Group]; !u.fits(n) || u.wait() > 0 {
			return n.Group
		}
	}
	return r.needs[0].Group
}

// serve grants, oldest first, each request that fits beside the holders and the reservations for
// older requests that were overtaken often enough.
func (l *locker) serve() {
	kept := map[string]bool{}
	var waiting []*request
	for _, r := range l.queue {
		if l.fits(r, kept) {
			l.grant(r)
			noteBypass(waiting, r)
			continue
		}
		waiting = append(waiting, r)
		if r.bypassed >= MaxBypass {
			for _, n := range r.needs {
				kept[n.Group] = true
			}
		}
	}
	l.queue = waiting
	l.serveAgain()
}

// serveAgain serves once more when a rate allows the next start, if a request waits for that.
func (l *locker) serveAgain() {
	var soonest time.Duration
	for _, r := range l.queue {
		for _, n := range r.needs {
			if wait := l.use[n.Group].wait(); wait > 0 && (soonest == 0 || wait < soonest) {
				soonest = wait
			}
		}
	}
	if l.again != nil {
		l.again.Stop()
		l.again = nil
	}
	if soonest > 0 {
		l.again = time.AfterFunc(soonest, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.serve()
		})
	}
}

// noteBypass counts the grant of r for every older request that needs one of the same groups.
func noteBypass(older []*request, r *request) {
	for _, o := range older {
		if slices.ContainsFunc(o.needs, r.uses) {
			o.bypassed++
		}
	}
}

func (r *request) uses(n group.Need) bool {
	return slices.ContainsFunc(r.needs, func(own group.Need) bool { return own.Group == n.Group })
}

func (l *locker) fits(r *request, kept map[string]bool) bool {
	for _, n := range r.needs {
		if u := l.use[n.Group]; kept[n.Group] || !u.fits(n) || u.wait() > 0 {
			return false
		}
	}
	return true
}

func (l *locker) grant(r *request) {
	var logs []*rate.Log
	r.grants = map[string]group.Grant{}
	for _, n := range r.needs {
		u := l.use[n.Group]
		r.grants[n.Group] = group.Grant{Slots: u.take(n)}
		if u.group.Rate.Limited() {
			logs = append(logs, u.starts)
		}
	}
	r.counted, _ = rate.Count(context.Background(), logs) // memory does not fail, and they allow it
	close(r.granted)
}

// abandon removes r from the queue, or gives back what it was granted meanwhile.
func (l *locker) abandon(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-r.granted:
		l.undo(r)
	default:
		l.queue = slices.DeleteFunc(l.queue, func(q *request) bool { return q == r })
		l.serve() // others can use what was reserved for r
	}
}

// undo gives back what r was granted, as if it had never been granted.
func (l *locker) undo(r *request) {
	r.counted.Uncount()
	l.giveBack(r)
}

func (l *locker) giveBack(r *request) {
	for _, n := range r.needs {
		l.use[n.Group].giveBack(n, r.grants[n.Group].Slots)
	}
	l.serve()
}

func (u *usage) fits(n group.Need) bool {
	if n.Mode == group.Shared {
		return u.units == 0
	}
	return u.shared == 0 && u.units+n.Weight <= u.group.Capacity
}

// wait returns for how long the group's rate does not allow a start. Memory does not fail.
func (u *usage) wait() time.Duration {
	if !u.group.Rate.Limited() {
		return 0
	}
	wait, _ := u.starts.Wait()
	return wait
}

// take notes that n, which fits, is in use, and returns the units that n holds exclusively.
func (u *usage) take(n group.Need) (slots []int) {
	if n.Mode == group.Shared {
		u.shared++
		return nil
	}
	u.units += n.Weight
	for i := 0; len(slots) < n.Weight; i++ {
		if !u.taken[i] {
			u.taken[i] = true
			slots = append(slots, i)
		}
	}
	return slots
}

// giveBack undoes take.
func (u *usage) giveBack(n group.Need, slots []int) {
	if n.Mode == group.Shared {
		u.shared--
		return
	}
	u.units -= n.Weight
	for _, i := range slots {
		u.taken[i] = false
	}
}

// held is what one Acquire was granted.
type held struct {
	locker  *locker
	request *request
	once    sync.Once
}

func (h *held) Release() {
	h.once.Do(func() {
		h.locker.mu.Lock()
		defer h.locker.mu.Unlock()
		h.request.counted.End()
		h.locker.giveBack(h.request)
	})
}

// Undo implements lock.Held.
func (h *held) Undo() {
	h.once.Do(func() {
		h.locker.mu.Lock()
		defer h.locker.mu.Unlock()
		h.locker.undo(h.request)
	})
}

// Begun implements lock.Held.
func (h *held) Begun() { h.request.counted.Begun() }

// Grants implements lock.Held.
func (h *held) Grants() map[string]group.Grant { return h.request.grants }

// Lost returns nil: memory is not lost while its process lives.
func (h *held) Lost() <-chan struct{} { return nil }

// Confirm returns nil, for the same reason.
func (h *held) Confirm() error { return nil }

// Holders implements lock.Inspector. It returns nothing: no other process knows the cases of this
// one.
func (l *locker) Holders(string) []lock.User { return nil }

// Why implements lock.Narrator.
func (l *locker) Why(label string, _ lock.User) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.use[label]; u != nil && u.group.Rate.Limited() {
		return u.starts.Why()
	}
	return nil
}

// Wanted implements lock.Inspector.
func (l *locker) Wanted(label string, own int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.queue {
		if slices.ContainsFunc(r.needs, func(n group.Need) bool { return n.Group == label }) {
			own--
		}
	}
	return own < 0
}
