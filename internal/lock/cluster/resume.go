package cluster

import (
	"context"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A process goes on with a request of another one by writing its keys anew, on its own lease: the
// ticket keeps its name, and so its place. The other process, if it lives, finds that the revision
// of the ticket or of the units is not its own, and gives up without deleting anything.

// resumeTries is how often a request is looked for that is just being granted to the other
// process.
const resumeTries = 3

// begin makes the first attempt, or goes on with what another process has begun.
func (c *claim) begin(ctx context.Context) (*obstacle, error) {
	if r := c.requests[0]; r.resumes && r.starts == nil {
		if o, found, err := c.resume(ctx, r); found || err != nil {
			return o, err
		}
	}
	if c.session.many && len(c.requests) == 1 && c.session.isCrowded(c.requests[0]) {
		return c.join(ctx, c.requests[0])
	}
	return c.try(ctx)
}

// join leads to the end of a queue without a look at the group.
func (c *claim) join(ctx context.Context, r *request) (*obstacle, error) {
	// Any answer has the revision that the ticket needs.
	answer, err := c.session.transact(ctx, []clientv3.Cmp{absent(r.definition())}, nil, nil, ignore)
	if err != nil {
		return nil, err
	}
	if !answer.Succeeded {
		return nil, c.recover(ctx)
	}
	return &obstacle{label: r.labels[0], request: r, revision: answer.Header.Revision, unplaced: true}, nil
}

// resume looks for what another process has done for r, and goes on with it. found is false if
// there is nothing.
func (c *claim) resume(ctx context.Context, r *request) (o *obstacle, found bool, err error) {
	for range resumeTries {
		definition, err := c.find(ctx, r)
		switch {
		case err != nil:
			return nil, false, err
		case definition == nil:
			return nil, false, nil
		case r.fence != 0:
			found, err = c.takeOver(ctx, r)
		default:
			o, found, err = c.takeTicket(ctx, r, definition)
		}
		if found || err != nil {
			return o, found, err
		}
	}
	// The other process has given up without knowing what etcd did.
	r.use, r.isNamed = c.session.newUse(), false
	return nil, false, nil
}

// find reads the definition of r's use; nil if nothing was done for it. It notes what r holds.
func (c *claim) find(ctx context.Context, r *request) (*mvccpb.KeyValue, error) {
	answer, err := c.session.transact(ctx, nil, []clientv3.Op{clientv3.OpGet(r.definition()), r.lookForOwn()}, nil, ignore)
	if err != nil {
		return nil, err
	}
	definitions := answer.Responses[0].GetResponseRange().Kvs
	r.slots, r.fence = nil, 0
	r.findOwn(answer.Responses[1].GetResponseRange().Kvs)
	if len(definitions) == 0 {
		return nil, nil
	}
	return definitions[0], nil
}

// takeOver writes anew what r holds. It is not ok if that has changed meanwhile.
func (c *claim) takeOver(ctx context.Context, r *request) (ok bool, err error) {
	var unchanged []clientv3.Cmp
	lease, value := clientv3.WithLease(c.session.lease), r.value()
	writes := []clientv3.Op{r.putDefinition(c.session.lease)}
	for _, key := range r.places(r.slots) {
		unchanged = append(unchanged, clientv3.Compare(clientv3.ModRevision(key), "=", r.fence))
		writes = append(writes, clientv3.OpPut(key, value, lease))
	}
	answer, err := c.session.transact(ctx, unchanged, writes, nil, ignore)
	if err != nil || !answer.Succeeded {
		return false, err
	}
	r.fence = answer.Header.Revision
	return true, nil
}

// takeTicket writes anew the ticket that a definition names, and returns what is before it. It is
// not ok if there is no such ticket.
func (c *claim) takeTicket(ctx context.Context, r *request, definition *mvccpb.KeyValue) (o *obstacle, ok bool, err error) {
	d, err := state.ParseDefinition(string(definition.Value))
	if err != nil || !r.keys.IsTicket(d.Ticket) {
		return nil, false, nil
	}
	r.place = d.Ticket
	before, lease := r.keys.Before(d.Ticket), clientv3.WithLease(c.session.lease)
	answer, err := c.session.transact(ctx, []clientv3.Cmp{present(d.Ticket)}, []clientv3.Op{
		clientv3.OpGet(before.From, nearest(before)...),
		clientv3.OpPut(d.Ticket, r.value(), lease),
		r.putDefinition(c.session.lease),
	}, nil, ignore)
	if err != nil || !answer.Succeeded {
		r.place = ""
		return nil, false, err
	}
	r.ticket, r.placed = d.Ticket, answer.Header.Revision
	first, err := r.ticketAmong(answer.Responses[0].GetResponseRange())
	return r.inTheWay(first, answer.Header.Revision), true, err
}

// ticketToResume is the ticket for the definition of a use with a name.
func (r *request) ticketToResume() string {
	if r.isNamed {
		return r.place
	}
	return ""
}

// hasTicket is the condition that the ticket exists, and is this process's.
func (r *request) hasTicket() clientv3.Cmp {
	if r.placed == 0 {
		return present(r.ticket)
	}
	return clientv3.Compare(clientv3.ModRevision(r.ticket), "=", r.placed)
}

// isTaken reports whether another process has written the ticket since, by what was read of it.
func (r *request) isTaken(own *pb.RangeResponse) bool {
	return r.ticket != "" && r.placed != 0 && len(own.Kvs) > 0 && own.Kvs[0].ModRevision != r.placed
}

// isOwnPlace is the condition for giving up a place: nobody else has taken the ticket over.
func (r *request) isOwnPlace() []clientv3.Cmp {
	if r.placed == 0 {
		return nil
	}
	return []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(r.place), "=", r.placed)}
}
