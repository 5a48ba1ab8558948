package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// lookAgain is how long a waiter that is told of nothing waits before it looks again.
const lookAgain = 30 * time.Second

// enqueue gives r its place in the queue, by the revision in which it could not be granted, and
// returns what is in its way then.
func (c *claim) enqueue(ctx context.Context, r *request, revision int64) (*obstacle, error) {
	ticket := r.keys.Ticket(revision, r.use)
	r.place = ticket
	before := r.keys.Before(ticket)
	if c.session.many {
		before = r.keys.Shortly(ticket, short)
	}
	lookBefore := clientv3.OpGet(before.From, nearest(before)...)
	answer, err := c.commit(ctx, r.isNew(), []clientv3.Op{
		lookBefore,
		clientv3.OpPut(ticket, r.value(), clientv3.WithLease(c.session.lease)),
		r.putDefinition(c.session.lease),
	}, append([]clientv3.Op{lookBefore, clientv3.OpGet(ticket)}, r.lookForOthers()...))
	if err != nil {
		return nil, err
	}
	got := answer.Responses
	if answer.Succeeded {
		r.placed = answer.Header.Revision
	} else {
		if err := r.disagreement(got[2].GetResponseRange(), got[3].GetResponseRange()); err != nil {
			return nil, err
		}
		own := got[1].GetResponseRange()
		if own.Count == 0 {
			return c.try(ctx) // which finds that an earlier transaction did it
		}
		r.placed = own.Kvs[0].ModRevision
	}
	r.ticket = ticket
	first, err := r.ticketAmong(got[0].GetResponseRange())
	if first == "" && err == nil && c.session.many {
		first, err = c.lookBefore(ctx, r)
	}
	return r.inTheWay(first, answer.Header.Revision), err
}

// etcd reads all keys of a range to find its last one. In a long queue the ticket before a new one
// is seldom much older, so a process with thousands of waiters looks at short ranges first. For
// others that would be two more requests of whoever is the first in the queue.
const (
	short  = 64
	longer = 4096
)

// lookBefore returns the ticket before r's own; "" if there is none.
func (c *claim) lookBefore(ctx context.Context, r *request) (string, error) {
	for _, before := range []state.Range{r.keys.Shortly(r.ticket, longer), r.keys.Before(r.ticket)} {
		answer, err := c.session.transact(ctx, nil, []clientv3.Op{clientv3.OpGet(before.From, nearest(before)...)}, nil, ignore)
		if err != nil {
			return "", err
		}
		if first, err := r.ticketAmong(answer.Responses[0].GetResponseRange()); first != "" || err != nil {
			return first, err
		}
	}
	return "", nil
}

// await waits until an obstacle is gone, or another one is known to be in the way. It returns
// that one, or nil if everything was granted.
//
// It starts the watch before it looks, so that nothing can happen unseen in between. To look
// first and to watch from the revision of the look would be correct too, but etcd serves watches
// that begin in the past only ten times a second.
func (c *claim) await(ctx context.Context, o *obstacle) (*obstacle, error) {
	w := c.session.watch(ctx, o.keys())
	defer w.cancel()
	if o.before == "" {
		again, err := c.try(ctx)
		if err != nil || !o.isLike(again) {
			return again, err
		}
		if err := w.await(again.revision, again.isOvercomeWithout); err != nil {
			return nil, err
		}
		return c.try(ctx)
	}
	looked, err := c.session.look(ctx, o.before, o.request.ticket)
	if err != nil {
		return nil, err
	}
	gone := !looked.both
	if !gone {
		err = w.await(looked.revision, func(string) bool { gone = true; return true })
	}
	if err != nil || !gone {
		return o, err
	}
	return o.request.inTheWay("", looked.revision), nil
}

// looked says whether two keys existed at a revision.
type looked struct {
	both     bool
	revision int64
}

func (s *session) look(ctx context.Context, one, other string) (looked, error) {
	answer, err := s.transact(ctx, []clientv3.Cmp{present(one), present(other)}, nil, nil, ignore)
	if err != nil {
		return looked{}, err
	}
	return looked{answer.Succeeded, answer.Header.Revision}, nil
}

// watch is a watch for deletions in a range.
type watch struct {
	session *session
	ctx     context.Context // ends after lookAgain
	cancel  context.CancelFunc
	watcher clientv3.Watcher
	answers clientv3.WatchChan
}

// watch returns a watch that has begun.
func (s *session) watch(ctx context.Context, r state.Range) *watch {
	w := &watch{session: s, watcher: s.currentWatcher()}
	w.ctx, w.cancel = context.WithTimeout(clientv3.WithRequireLeader(ctx), lookAgain)
	w.answers = w.watcher.Watch(w.ctx, r.From, in(r), clientv3.WithFilterPut())
	return w
}

// await calls gone with the keys that are deleted after a revision, until gone returns true. It
// also returns nil when the caller should look again: after a while, or when etcd ends the watch
// because it has compacted the revision, a member stops, or a token expires.
func (w *watch) await(revision int64, gone func(key string) bool) error {
	for answer := range w.answers {
		if err := answer.Err(); err != nil {
			if !errors.Is(err, rpctypes.ErrCompacted) {
				w.session.replaceWatcher(w.watcher)
			}
			pause(w.ctx, retryPause)
			break
		}
		for _, event := range answer.Events {
			if event.Type == mvccpb.DELETE && event.Kv.ModRevision > revision && gone(string(event.Kv.Key)) {
				return nil
			}
		}
	}
	switch {
	case w.session.ctx.Err() != nil:
		return errInterrupted
	case errors.Is(w.ctx.Err(), context.Canceled):
		return w.ctx.Err()
	}
	return nil
}

// currentWatcher returns what all watches of the session share: one stream to etcd.
func (s *session) currentWatcher() clientv3.Watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watcher
}

// replaceWatcher replaces a watcher whose stream etcd accepts no more watches from: a stream
// keeps the token with which it began. Waiters that watch by it look again.
func (s *session) replaceWatcher(old clientv3.Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watcher == old {
		s.watcher = clientv3.NewWatcher(s.client)
		go func() { _ = old.Close() }()
	}
}
