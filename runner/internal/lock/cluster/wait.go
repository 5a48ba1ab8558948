package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster/state"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// lookAgain is after how long a waiter looks although it was told of nothing.
const lookAgain = 30 * time.Second

// enqueue gives r its place in the queue, by the revision in which it could not
// be granted.
func (c *claim) enqueue(ctx context.Context, r *request, revision int64) error {
	ticket := r.keys.Ticket(revision, r.use)
	r.place = ticket
	answer, err := c.commit(ctx, r.isNew(), []clientv3.Op{
		clientv3.OpPut(ticket, r.value(), clientv3.WithLease(c.session.lease)),
		r.putDefinition(c.session.lease),
	}, append(r.lookForOthers(), clientv3.OpGet(ticket, clientv3.WithCountOnly())))
	if err != nil {
		return err
	}
	if !answer.Succeeded {
		responses := answer.Responses
		others := append(responses[0].GetResponseRange().Kvs, responses[1].GetResponseRange().Kvs...)
		if err := r.disagreement(others); err != nil {
			return err
		}
		if responses[2].GetResponseRange().Count == 0 {
			return nil // an earlier try was done after all: the next one finds that
		}
	}
	r.ticket = ticket
	return nil
}

// awaitTurn waits until the ticket before that of r is gone, or r's own.
func (s *session) awaitTurn(ctx context.Context, r *request, before string, revision int64) error {
	for gone := false; !gone; {
		err := s.awaitDeletes(ctx, state.Only(before), revision, func(string) bool { gone = true; return true })
		if err != nil || gone {
			return err
		}
		err = s.do(ctx, func(ctx context.Context) error {
			answer, err := s.client.Txn(ctx).Then(
				clientv3.OpGet(before, clientv3.WithCountOnly()),
				clientv3.OpGet(r.ticket, clientv3.WithCountOnly())).Commit()
			if err == nil {
				revision = answer.Header.Revision
				gone = answer.Responses[0].GetResponseRange().Count == 0 || answer.Responses[1].GetResponseRange().Count == 0
			}
			return err
		}, ignore)
		if err != nil {
			return err
		}
	}
	return nil
}

// awaitDeletes calls gone with the keys of a range that are deleted after a
// revision, until it returns true. It also returns nil when the caller should
// look again: after a while, or when etcd ends the watch, as when it has
// compacted the revision, when a member stops, or when a token runs out.
func (s *session) awaitDeletes(ctx context.Context, r state.Range, revision int64, gone func(key string) bool) error {
	watching, cancel := context.WithTimeout(ctx, lookAgain)
	defer cancel()
	watcher := s.currentWatcher()
	events := watcher.Watch(watching, r.From, in(r), clientv3.WithRev(revision+1), clientv3.WithFilterPut())
	for answer := range events {
		if err := answer.Err(); err != nil {
			if !errors.Is(err, rpctypes.ErrCompacted) {
				s.replaceWatcher(watcher)
			}
			pause(ctx, retryPause)
			break
		}
		for _, event := range answer.Events {
			if event.Type == mvccpb.DELETE && gone(string(event.Kv.Key)) {
				return nil
			}
		}
	}
	if s.ctx.Err() != nil {
		return errInterrupted
	}
	return ctx.Err()
}

// currentWatcher returns what all watches of the session have in common: one
// stream to etcd.
func (s *session) currentWatcher() clientv3.Watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watcher
}

// replaceWatcher replaces a watcher whose stream etcd takes no watches from any
// more: a stream keeps the token with which it began. Those who watch by it look
// again.
func (s *session) replaceWatcher(old clientv3.Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watcher == old {
		s.watcher = clientv3.NewWatcher(s.client)
		go func() { _ = old.Close() }()
	}
}
