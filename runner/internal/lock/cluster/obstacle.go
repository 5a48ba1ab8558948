package cluster

import (
	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// obstacle is what keeps a request from being granted, as of a revision. At most
// one of the last four fields is set; with none, holders are thought to be there.
type obstacle struct {
	// label is that of the group which is waited for.
	label    string
	request  *request
	revision int64
	// unplaced is whether the request has to take its place in the queue first.
	unplaced bool
	// before is the key of the ticket before its own.
	before string
	// holders are the keys of those who have the group.
	holders map[string]bool
	// isRateUsed is whether a start has to pass first.
	isRateUsed bool
}

// view is what a transaction that was not done has read about a request.
type view struct {
	revision int64
	// isUndone is whether there is nothing of a request without a ticket, or no
	// ticket of one that had it.
	isUndone bool
	// others are the definitions of those who disagree, if any.
	others []*mvccpb.KeyValue
	// before are the tickets before its own; without a ticket, the first of all.
	before []*mvccpb.KeyValue
	// holders are all units and shares.
	holders []*mvccpb.KeyValue
	// isRateUsed is whether there are as many starts as the rate allows.
	isRateUsed bool
}

// look reads a view.
func (r *request) look() []clientv3.Op {
	own, before, limit := r.definition(), r.keys.Queue(), int64(1)
	if r.ticket != "" {
		own, before, limit = r.ticket, r.keys.Before(r.ticket), 0
	}
	ops := []clientv3.Op{
		clientv3.OpGet(own, clientv3.WithCountOnly()),
		clientv3.OpGet(before.From, in(before), clientv3.WithKeysOnly(), clientv3.WithLimit(limit)),
		clientv3.OpGet(r.keys.Holders().From, in(r.keys.Holders()), clientv3.WithKeysOnly()),
	}
	ops = append(ops, r.lookForOthers()...)
	if r.starts != nil {
		ops = append(ops, r.starts.look()...)
	}
	return ops
}

// lookForOthers reads definitions of those who disagree.
func (r *request) lookForOthers() []clientv3.Op {
	var ops []clientv3.Op
	for _, others := range r.keys.OtherDefinitions(r.group.Definition) {
		ops = append(ops, clientv3.OpGet(others.From, in(others), clientv3.WithLimit(1)))
	}
	return ops
}

// views returns what the looks of all requests have read.
func views(answer *clientv3.TxnResponse, requests []*request) []view {
	all := make([]view, len(requests))
	responses := answer.Responses
	next := func() *pb.RangeResponse {
		got := responses[0].GetResponseRange()
		responses = responses[1:]
		return got
	}
	for i, r := range requests {
		v := view{revision: answer.Header.Revision, isUndone: next().Count == 0, before: next().Kvs, holders: next().Kvs}
		v.others = append(next().Kvs, next().Kvs...)
		if r.starts != nil {
			v.isRateUsed = r.starts.learn(next(), next(), next())
		}
		all[i] = v
	}
	return all
}

// obstacle returns what is in the way of r, nil if nothing is, or an error if
// somebody disagrees about the group.
func (r *request) obstacle(v view) (*obstacle, error) {
	if err := r.disagreement(v.others); err != nil {
		return nil, err
	}
	o := r.inTheWay(v.before, v.revision)
	if o.before != "" {
		return o, nil
	}
	o.holders = map[string]bool{}
	for _, kv := range v.holders {
		o.holders[string(kv.Key)] = true
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

// inTheWay is what is in the way of r behind the tickets before: the last one of
// these, or else holders.
func (r *request) inTheWay(before []*mvccpb.KeyValue, revision int64) *obstacle {
	o := &obstacle{label: r.labels[0], request: r, revision: revision}
	if n := len(before); n > 0 {
		o.before = string(before[n-1].Key)
	}
	return o
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

// isLike reports whether other, which may be nil, is waited for in the same way.
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

// disagreement says who takes the group to be something else; nil if nobody does.
func (r *request) disagreement(others []*mvccpb.KeyValue) error {
	if len(others) == 0 {
		return nil
	}
	theirs := "something that this release cannot read"
	if d, err := state.ParseDefinition(string(others[0].Value)); err == nil {
		theirs = lock.Described(d.Definition, d.User)
	}
	return &lock.DisagreementError{Group: r.group, Theirs: theirs}
}
