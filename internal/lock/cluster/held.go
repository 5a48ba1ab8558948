package cluster

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// releaseTimeout is how long Release waits for the coordinator. After that the release continues
// in the background, until the lease has ended.
const releaseTimeout = 2 * time.Second

// acquisition is what one Acquire has in a session, from its beginning until Release.
type acquisition struct {
	session *session
	done    func() // with the session
	claims  []*claim
	once    sync.Once
}

// Release implements lock.Held.
func (a *acquisition) Release() { a.end((*claim).release) }

// Undo implements lock.Held.
func (a *acquisition) Undo() { a.end((*claim).undo) }

// Begun implements lock.Held. A start that began long after it was counted counts for longer.
func (a *acquisition) Begun() {
	ctx, cancel := a.session.during(context.Background())
	defer cancel()
	for _, c := range a.claims {
		_ = c.settle(ctx) // it fails when the session is over, and so is what was started
	}
}

// end gives everything back by calling give, and waits a little for that.
func (a *acquisition) end(give func(*claim, context.Context) error) {
	a.once.Do(func() {
		given := make(chan struct{})
		go func() {
			defer close(given)
			defer a.done()
			ctx, cancel := a.session.during(context.Background())
			defer cancel()
			for _, c := range slices.Backward(a.claims) {
				for give(c, ctx) != nil && ctx.Err() == nil {
					pause(ctx, retryPause)
				}
			}
		}()
		timer := time.NewTimer(releaseTimeout)
		defer timer.Stop()
		select {
		case <-given:
		case <-timer.C:
		}
	})
}

// Grants implements lock.Held.
func (a *acquisition) Grants() map[string]group.Grant {
	grants := map[string]group.Grant{}
	for _, c := range a.claims {
		for _, r := range c.requests {
			for _, label := range r.labels {
				grants[label] = r.grant()
			}
		}
	}
	return grants
}

// Lost implements lock.Held.
func (a *acquisition) Lost() <-chan struct{} { return a.session.lost }

// Confirm implements lock.Held.
func (a *acquisition) Confirm() error { return a.session.check() }

// release gives back what the claim holds, if it still holds it, in one transaction. It is
// idempotent.
func (c *claim) release(ctx context.Context) error { return c.giveBack(ctx, nil) }

// undo is release for a start that did not take place.
func (c *claim) undo(ctx context.Context) error {
	var undone []clientv3.Op
	for _, r := range c.requests {
		if r.starts != nil {
			undone = append(undone, r.starts.undo(r.fence))
		}
	}
	return c.giveBack(ctx, undone)
}

// giveBack deletes the keys of holders, and executes further steps. The revision of the first key
// shows that all of them are the claim's, because they were written together.
func (c *claim) giveBack(ctx context.Context, steps []clientv3.Op) error {
	var keys []string
	for _, r := range c.requests {
		keys = append(keys, r.places(r.slots)...)
	}
	isOurs := clientv3.Compare(clientv3.ModRevision(keys[0]), "=", c.requests[0].fence)
	for _, key := range keys {
		steps = append(steps, clientv3.OpDelete(key))
	}
	for _, r := range c.requests {
		if !r.unsure {
			steps = append(steps, clientv3.OpDelete(r.definition()))
		}
	}
	_, err := c.session.transact(ctx, []clientv3.Cmp{isOurs}, steps, nil, ignore)
	return err
}
