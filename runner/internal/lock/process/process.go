// Package process keeps the cases of one runner process apart, in memory.
package process

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// MaxBypass is the number of later requests for one of its groups that may be
// served before a waiter; after that, what it needs is kept for it.
const MaxBypass = 8

// locker serves requests first come, first served where they conflict, and
// lets later ones that fit pass a blocked one at most MaxBypass times.
type locker struct {
	mu    sync.Mutex
	use   map[string]*usage
	queue []*request
}

// usage is how much of one group is in use.
type usage struct {
	group  group.Group
	taken  []bool // by unit
	units  int    // how many of them are held exclusively
	shared int    // holders that share
}

// request is a call of Acquire that waits.
type request struct {
	needs    []group.Need
	slots    map[string][]int // once it is granted
	bypassed int
	granted  chan struct{}
}

// New returns a locker for groups.
func New(groups []group.Group) lock.Locker {
	l := &locker{use: make(map[string]*usage, len(groups))}
	for _, g := range groups {
		l.use[g.Label] = &usage{group: g, taken: make([]bool, g.Capacity)}
	}
	return l
}

// Acquire takes all of needs at one moment, so that nobody who waits holds
// anything, and no order of the groups can deadlock.
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

// blocker names the first group of which r cannot have its part, or else the
// first one, which is then kept for somebody older.
func (l *locker) blocker(r *request) string {
	for _, n := range r.needs {
		if !l.use[n.Group].fits(n) {
			return n.Group
		}
	}
	return r.needs[0].Group
}

// serve grants, oldest first, each request that fits beside the holders and
// what is kept for older ones that were passed often enough.
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
}

// noteBypass counts the grant of r against those older ones that need one of
// the same groups.
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
		if kept[n.Group] || !l.use[n.Group].fits(n) {
			return false
		}
	}
	return true
}

func (l *locker) grant(r *request) {
	r.slots = map[string][]int{}
	for _, n := range r.needs {
		if slots := l.use[n.Group].take(n); len(slots) > 0 {
			r.slots[n.Group] = slots
		}
	}
	close(r.granted)
}

// abandon takes r out of the queue, or gives back what it was granted meanwhile.
func (l *locker) abandon(r *request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-r.granted:
		l.giveBack(r)
	default:
		l.queue = slices.DeleteFunc(l.queue, func(q *request) bool { return q == r })
		l.serve() // what was kept for r is free for others
	}
}

func (l *locker) giveBack(r *request) {
	for _, n := range r.needs {
		l.use[n.Group].giveBack(n, r.slots[n.Group])
	}
	l.serve()
}

func (u *usage) fits(n group.Need) bool {
	if n.Mode == group.Shared {
		return u.units == 0
	}
	return u.shared == 0 && u.units+n.Weight <= u.group.Capacity
}

// take notes that n, which fits, is in use, and returns the units that it has
// for itself.
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
		h.locker.giveBack(h.request)
	})
}

// Slots implements lock.Held.
func (h *held) Slots() map[string][]int { return h.request.slots }

// Lost returns nil: memory is not lost while its process lives.
func (h *held) Lost() <-chan struct{} { return nil }
