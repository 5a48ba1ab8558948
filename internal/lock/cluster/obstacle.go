package cluster

import (
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// obstacle is what keeps a request from being granted, as of a revision. At most one of the last
// four fields is set. If none is, the group is assumed to have holders.
type obstacle struct {
	// label is the label of the group that the request waits for.
	label    string
	request  *request
	revision int64
	// unplaced says whether the request has to take its place in the queue first.
	unplaced bool
	// before is the key of the ticket before the request's own.
	before string
	// holders are the keys of the group's holders.
	holders map[string]bool
	// isRateUsed says whether an earlier start has to expire first.
	isRateUsed bool
}

// view is what a transaction that did not commit has read about a request.
type view struct {
	revision int64
	// isUndone says that nothing exists yet of a request without a ticket, or that the ticket of
	// a request with one is gone.
	isUndone bool
	// isTaken says that another process has taken the ticket over.
	isTaken bool
	// others are the definitions that differ from this one, if any.
	others [2]*pb.RangeResponse
	// before are the tickets before its own, or all tickets if it has none, last first.
	before *pb.RangeResponse
	// holders are all units and shares.
	holders *pb.RangeResponse
	// isRateUsed says whether there are as many starts as the rate allows.
	isRateUsed bool
}

// look reads a view.
func (r *request) look() []clientv3.Op {
	own, before := clientv3.OpGet(r.definition(), clientv3.WithCountOnly()), r.keys.Queue()
	if r.ticket != "" {
		own, before = clientv3.OpGet(r.ticket), r.keys.Before(r.ticket)
	}
	ops := []clientv3.Op{
		own,
		clientv3.OpGet(before.From, nearest(before)...),
		clientv3.OpGet(r.keys.Holders().From, in(r.keys.Holders()), clientv3.WithLimit(mostHolders)),
	}
	ops = append(ops, r.lookForOthers()...)
	if r.starts != nil {
		ops = append(ops, r.starts.look()...)
	}
	return ops
}

// lookForOthers reads the definitions that differ from this one.
func (r *request) lookForOthers() []clientv3.Op {
	var ops []clientv3.Op
	for _, others := range r.keys.OtherDefinitions(r.group.Definition) {
		ops = append(ops, clientv3.OpGet(others.From, in(others), clientv3.WithLimit(mostLooked)))
	}
	return ops
}

// views returns what the looks of all requests have read.
func views(answer *clientv3.TxnResponse, requests []*request) ([]view, error) {
	all := make([]view, len(requests))
	responses := answer.Responses
	next := func() *pb.RangeResponse {
		got := responses[0].GetResponseRange()
		responses = responses[1:]
		return got
	}
	for i, r := range requests {
		own := next()
		v := view{
			revision: answer.Header.Revision, isUndone: own.Count == 0, isTaken: r.isTaken(own),
			before: next(), holders: next(),
		}
		v.others = [2]*pb.RangeResponse{next(), next()}
		if r.starts != nil {
			var err error
			if v.isRateUsed, err = r.starts.learn(next(), next(), next()); err != nil {
				return nil, err
			}
		}
		all[i] = v
	}
	return all, nil
}

// obstacle returns what is in the way of r; nil if nothing is. It returns an error if somebody
// disagrees about the group or has left keys that cannot be read.
func (r *request) obstacle(v view) (*obstacle, error) {
	if err := r.disagreement(v.others[0], v.others[1]); err != nil {
		return nil, err
	}
	before, err := r.ticketAmong(v.before)
	if err != nil {
		return nil, err
	}
	o := r.inTheWay(before, v.revision)
	if o.before != "" {
		return o, nil
	}
	if o.holders, err = r.holdersAmong(v.holders); err != nil {
		return nil, err
	}
	switch {
	case !r.fits(o.holders):
		return o, nil
	case v.isRateUsed:
		o.holders, o.isRateUsed = nil, true
		return o, nil
	}
	return nil, nil
}

// inTheWay is what is in the way of r: the ticket before its own, or else holders.
func (r *request) inTheWay(before string, revision int64) *obstacle {
	return &obstacle{label: r.labels[0], request: r, revision: revision, before: before}
}

// keys is the range in which something has to be deleted.
func (o *obstacle) keys() state.Range {
	switch {
	case o.before != "":
		return state.Only(o.before)
	case o.isRateUsed:
		return o.request.keys.SlotsFrom(0)
	}
	return o.request.keys.Holders()
}

// isLike reports whether to wait for other, which may be nil, is the same as to wait for o.
func (o *obstacle) isLike(other *obstacle) bool {
	return other != nil && !other.unplaced && o.keys() == other.keys()
}

// isOvercomeWithout notes that a key is gone, and reports whether the request may
// be granted now.
func (o *obstacle) isOvercomeWithout(key string) bool {
	if o.isRateUsed {
		return true
	}
	delete(o.holders, key)
	return o.request.fits(o.holders)
}

// fits reports whether there is enough for r beside holders, by their keys, and
// chooses what to take.
func (r *request) fits(holders map[string]bool) bool {
	units, shares := map[int]bool{}, 0
	for key := range holders {
		if number, ok := r.keys.UnitOf(key); ok {
			units[number] = true
		} else {
			shares++
		}
	}
	if r.need.Mode == group.Shared {
		return len(units) == 0
	}
	return shares == 0 && r.free(units)
}

// disagreement returns an error that names those with another definition of the group; nil if
// there are none.
func (r *request) disagreement(others ...*pb.RangeResponse) error {
	for _, read := range others {
		found, err := r.oneOfOurs(read)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		theirs := "something that this release cannot read"
		if d, err := state.ParseDefinition(string(found[0].Value)); err == nil {
			theirs = lock.Described(d.Definition, d.User)
		}
		return &lock.DisagreementError{Group: r.group, Theirs: theirs}
	}
	return nil
}
