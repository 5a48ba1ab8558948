package cluster

import (
	"context"
	"sync"
)

// A process such as a gate may have thousands of acquisitions that begin at the same moment. If
// all of them asked etcd at once, the answers would come too late, and all would ask again. So only
// some arrive at a time. One that arrives where the process has waiters already does not first look
// whether the group is free, which takes etcd a time that grows with the queue.

// mostArriving is how many acquisitions of a process arrive at the same time.
const mostArriving = 64

// arrivals is what a session knows of those that arrive and of those that wait.
type arrivals struct {
	free chan struct{}

	mu      sync.Mutex
	waiting map[string]int // by the key of the group
}

func newArrivals() *arrivals {
	return &arrivals{free: make(chan struct{}, mostArriving), waiting: map[string]int{}}
}

// arrive waits until an acquisition may ask. It calls arrived when it has a
// place or the group.
func (s *session) arrive(ctx context.Context) (arrived func(), err error) {
	select {
	case s.arrivals.free <- struct{}{}:
		return func() { <-s.arrivals.free }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// crowd counts a waiter until done is called.
func (s *session) crowd(r *request) (done func()) {
	key := r.group.Key
	s.arrivals.mu.Lock()
	defer s.arrivals.mu.Unlock()
	s.arrivals.waiting[key]++
	return func() {
		s.arrivals.mu.Lock()
		defer s.arrivals.mu.Unlock()
		if s.arrivals.waiting[key]--; s.arrivals.waiting[key] == 0 {
			delete(s.arrivals.waiting, key)
		}
	}
}

// isCrowded reports whether waiters of the process are in a group's queue.
func (s *session) isCrowded(r *request) bool {
	s.arrivals.mu.Lock()
	defer s.arrivals.mu.Unlock()
	return s.arrivals.waiting[r.group.Key] > 0
}
