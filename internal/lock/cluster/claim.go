package cluster

import (
	"cmp"
	"context"

	"github.com/interlock-build/rules_interlock/internal/lock"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// claim is requests that are granted in one transaction: one request without a rate, or all
// requests of an acquisition that have a rate, so that they are all counted at the same moment.
type claim struct {
	session  *session
	requests []*request
}

// grant waits until all requests are granted.
func (c *claim) grant(ctx context.Context) error {
	o, err := c.arrive(ctx)
	if o == nil || err != nil {
		return err
	}
	defer c.session.crowd(c.requests[0])()
	for o != nil && err == nil {
		lock.Waiting(ctx, o.label)
		switch {
		case o.unplaced:
			c.session.apart(func() { o, err = c.enqueue(ctx, o.request, o.revision) })
		case o.before != "" && c.session.many:
			o, err = c.awaitInCrowd(ctx, o)
		default:
			o, err = c.await(ctx, o)
		}
	}
	return err
}

// tellAcquired tells the trace of ctx what is granted.
func (c *claim) tellAcquired(ctx context.Context) {
	for _, r := range c.requests {
		for _, label := range r.labels {
			lock.Acquired(ctx, label)
		}
	}
}

// arrive makes the first attempt, and takes a place in the queue if need be. It returns what is in
// the way then.
func (c *claim) arrive(ctx context.Context) (o *obstacle, err error) {
	arrived, err := c.session.arrive(ctx)
	if err != nil {
		return nil, err
	}
	defer arrived()
	c.session.apart(func() {
		o, err = c.begin(ctx)
		for o != nil && err == nil && o.unplaced {
			lock.Waiting(ctx, o.label)
			o, err = c.enqueue(ctx, o.request, o.revision)
		}
	})
	return o, err
}

// try takes everything in one transaction if that is possible, and otherwise returns the first
// obstacle.
func (c *claim) try(ctx context.Context) (*obstacle, error) {
	for {
		var conditions []clientv3.Cmp
		var steps, looks []clientv3.Op
		for _, r := range c.requests {
			if r.starts != nil {
				if err := r.starts.prepare(ctx); err != nil {
					return nil, err
				}
			}
			conditions = append(conditions, r.conditions()...)
			steps = append(steps, r.take(c.session.lease)...)
			looks = append(looks, r.look()...)
		}
		answer, err := c.commit(ctx, conditions, steps, looks)
		if err != nil {
			return nil, err
		}
		if answer.Succeeded {
			return nil, c.granted(ctx, answer.Header.Revision)
		}
		if o, again, err := c.findObstacle(ctx, answer); !again {
			return o, err
		}
	}
}

// findObstacle returns the obstacle to overcome first, or nil if everything turns out to be
// granted. again is true if there is no obstacle, and other units or starts should be tried.
func (c *claim) findObstacle(ctx context.Context, answer *clientv3.TxnResponse) (first *obstacle, again bool, err error) {
	obstacles := make([]*obstacle, len(c.requests))
	read, err := views(answer, c.requests)
	if err != nil {
		return nil, false, err
	}
	for i, v := range read {
		if v.isTaken {
			return nil, false, ErrTaken
		}
		if v.isUndone != (c.requests[i].ticket == "") {
			return nil, false, c.recover(ctx)
		}
		if obstacles[i], err = c.requests[i].obstacle(v); err != nil {
			return nil, false, err
		}
		first = cmp.Or(first, obstacles[i])
	}
	if first == nil {
		return nil, true, nil
	}
	// Turns are taken in the same order as groups: a request keeps its turn while the next one
	// waits for its own.
	for i, r := range c.requests {
		if r.ticket == "" {
			return &obstacle{label: first.label, request: r, revision: first.revision, unplaced: true}, false, nil
		}
		if obstacles[i] != nil {
			break
		}
	}
	return first, false, nil
}

// commit sends a transaction that may give the requests a place, until it gets an answer. The
// transaction is idempotent.
func (c *claim) commit(
	ctx context.Context, conditions []clientv3.Cmp, then, otherwise []clientv3.Op,
) (*clientv3.TxnResponse, error) {
	return c.session.transact(ctx, conditions, then, otherwise, func(err error) {
		for _, r := range c.requests {
			r.unsure = r.unsure || !isRefused(err)
		}
	})
}

// granted notes what try has taken, and in which revision.
func (c *claim) granted(ctx context.Context, revision int64) error {
	for _, r := range c.requests {
		r.slots, r.fence, r.ticket, r.place, r.placed = r.guess, revision, "", "", 0
	}
	return c.settle(ctx)
}

func (c *claim) settle(ctx context.Context) error {
	for _, r := range c.requests {
		if r.starts != nil {
			if err := r.starts.settle(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
