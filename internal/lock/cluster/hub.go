package cluster

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A process with thousands of waiters (a Queue) has one watch for the queue of a group, and not one for each
// waiter, which would cost it and etcd most of their memory.

// lookRarely is lookAgain for a process with thousands of waiters.
const lookRarely = 5 * time.Minute

// hubs are the watches of a session for queues, by the first key of the queue.
type hubs struct {
	mu  sync.Mutex
	all map[string]*hub
}

// hub tells waiters that tickets are gone.
type hub struct {
	cancel context.CancelFunc
	// begun is closed when the watch has begun.
	begun   chan struct{}
	waiters map[string][]chan bool // by the ticket that they wait for
	users   int
}

// expect returns a channel that says true when a ticket is gone, and false when the caller should
// look. The caller calls done in the end.
func (s *session) expect(queue state.Range, ticket string) (gone <-chan bool, done func()) {
	m := &s.hubs
	m.mu.Lock()
	h := m.all[queue.From]
	if h == nil {
		h = &hub{begun: make(chan struct{}), waiters: map[string][]chan bool{}}
		var ctx context.Context
		ctx, h.cancel = context.WithTimeout(s.ctx, lookRarely/2+rand.N(lookRarely))
		if m.all == nil {
			m.all = map[string]*hub{}
		}
		m.all[queue.From] = h
		go s.watchQueue(ctx, h, queue)
	}
	h.users++
	wake := make(chan bool, 1)
	h.waiters[ticket] = append(h.waiters[ticket], wake)
	m.mu.Unlock()
	<-h.begun
	return wake, func() { m.leave(h, queue, ticket, wake) }
}

// leave ends the watch with its last user.
func (m *hubs) leave(h *hub, queue state.Range, ticket string, wake chan bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rest := h.waiters[ticket][:0]
	for _, other := range h.waiters[ticket] {
		if other != wake {
			rest = append(rest, other)
		}
	}
	if h.waiters[ticket] = rest; len(rest) == 0 {
		delete(h.waiters, ticket)
	}
	if h.users--; h.users == 0 {
		h.cancel()
		if m.all[queue.From] == h {
			delete(m.all, queue.From)
		}
	}
}

// watchQueue wakes waiters until ctx ends, which it does after a while, or until etcd ends the
// watch: then all of them look, and those that go on waiting have another watch.
func (s *session) watchQueue(ctx context.Context, h *hub, queue state.Range) {
	watcher := s.currentWatcher()
	answers := watcher.Watch(ctx, queue.From, in(queue), clientv3.WithFilterPut())
	close(h.begun)
	for answer := range answers {
		if answer.Err() != nil {
			s.replaceWatcher(watcher)
			pause(ctx, retryPause)
			break
		}
		s.hubs.mu.Lock()
		for _, event := range answer.Events {
			if event.Type == mvccpb.DELETE {
				h.wake(string(event.Kv.Key), true)
			}
		}
		s.hubs.mu.Unlock()
	}
	s.hubs.mu.Lock()
	defer s.hubs.mu.Unlock()
	if s.hubs.all[queue.From] == h {
		delete(s.hubs.all, queue.From)
	}
	for ticket := range h.waiters {
		h.wake(ticket, false)
	}
}

// wake wakes those that wait for a ticket.
func (h *hub) wake(ticket string, gone bool) {
	for _, wake := range h.waiters[ticket] {
		wake <- gone
	}
	delete(h.waiters, ticket)
}

// apart calls f, in a process with many waiters on another goroutine: a call of etcd needs a large
// stack, which a waiter would keep.
func (s *session) apart(f func()) {
	if !s.many {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// awaitInCrowd is await for a request that waits for the ticket before its own, in a process with
// many.
func (c *claim) awaitInCrowd(ctx context.Context, o *obstacle) (*obstacle, error) {
	gone, done := c.session.expect(o.request.keys.Queue(), o.before)
	defer done()
	looked, err := c.lookInCrowd(ctx, o)
	if err != nil {
		return nil, err
	}
	if !looked.both {
		return o.request.inTheWay("", looked.revision), nil
	}
	select {
	case isGone := <-gone:
		if isGone {
			return o.request.inTheWay("", looked.revision), nil
		}
		return o, nil
	case <-c.session.ctx.Done():
		return nil, errInterrupted
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// lookInCrowd looks whether a ticket and the one before it are there. Many may want to at the same
// moment.
func (c *claim) lookInCrowd(ctx context.Context, o *obstacle) (l looked, err error) {
	arrived, err := c.session.arrive(ctx)
	if err != nil {
		return looked{}, err
	}
	defer arrived()
	c.session.apart(func() { l, err = c.session.look(ctx, o.before, o.request.ticket) })
	return l, err
}
