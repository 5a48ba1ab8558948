package cluster

import (
	"context"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// withdraw undoes everything that was done for a claim that its caller gives up.
func (c *claim) withdraw(ctx context.Context) error {
	for _, r := range c.requests {
		if r.fence == 0 {
			if err := c.freeze(ctx, r); err != nil {
				return err
			}
		}
	}
	if c.requests[0].fence != 0 {
		return c.undo(ctx)
	}
	for _, r := range c.requests {
		if r.starts != nil {
			r.starts.drop()
		}
	}
	return nil
}

// freeze gives up r's place in the queue, and finds out what r holds if that is not known. After
// that, no transaction that is still under way gives it anything: those for a first place fail
// because a definition exists, and those for a turn because the ticket does not.
func (c *claim) freeze(ctx context.Context, r *request) error {
	var steps []clientv3.Op
	if r.place != "" {
		steps = append(steps, clientv3.OpDelete(r.place))
	}
	if !r.unsure {
		if r.place == "" {
			return nil
		}
		_, err := c.session.transact(ctx, r.isOwnPlace(), append(steps, clientv3.OpDelete(r.definition())), nil, ignore)
		return err
	}
	// Nobody knows when the last transaction under way is gone, so this definition stays until
	// the lease ends.
	answer, err := c.session.transact(ctx, []clientv3.Cmp{absent(r.definition())},
		[]clientv3.Op{r.putDefinition(c.session.lease)}, append(steps, r.lookForOwn()), ignore)
	if err == nil && !answer.Succeeded {
		r.findOwn(answer.Responses[len(steps)].GetResponseRange().Kvs)
	}
	return err
}

// recover finds out what was granted by a transaction whose answer was lost. If nothing was, the
// session has ended or somebody has changed its keys, and the acquisition has to start over. If no
// answer was lost, another process goes on with the acquisition.
func (c *claim) recover(ctx context.Context) error {
	for _, r := range c.requests {
		hadTicket := r.ticket != ""
		answer, err := c.session.transact(ctx, nil, []clientv3.Op{r.lookForOwn()}, nil, ignore)
		if err != nil {
			return err
		}
		r.findOwn(answer.Responses[0].GetResponseRange().Kvs)
		switch {
		case r.isNamed && !r.unsure && hadTicket && r.fence != 0:
			r.fence = 0 // it is not this process's
			return ErrTaken
		case r.isNamed && !r.unsure && !hadTicket:
			r.fence = 0
			return errInterrupted // the next attempt goes on with what the other process has
		case r.fence == 0:
			return c.session.findGone(ctx)
		}
	}
	return c.settle(ctx)
}

// lookForOwn reads what findOwn needs.
func (r *request) lookForOwn() clientv3.Op {
	return clientv3.OpGet(r.keys.Holders().From, in(r.keys.Holders()))
}

// findOwn notes which of holders are r's.
func (r *request) findOwn(holders []*mvccpb.KeyValue) {
	for _, kv := range holders {
		use, err := state.ParseUse(string(kv.Value))
		if err != nil || use.ID != r.use {
			continue
		}
		r.fence, r.ticket, r.place, r.placed = kv.ModRevision, "", "", 0
		if unit, ok := r.keys.UnitOf(string(kv.Key)); ok && !slices.Contains(r.slots, unit) {
			r.slots = append(r.slots, unit)
		}
	}
}
