package cluster

import (
	"context"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// startMargin is by how much longer than the rate's window a start counts, and
// how long may pass between its being counted and the case's beginning.
const startMargin = time.Second

// starts counts one use against a rate.
//
// A start is a key on a lease of its own, which lives for the window and a
// margin, whatever becomes of its process: etcd is the clock that all machines
// share. The rate's slots are used one after the other, in a ring, so that the
// next one is that of the oldest start. Since etcd may let leases end in
// another order, that is no more than a guess; the limit is that there are only
// so many slots.
type starts struct {
	session *session
	rate    group.Rate
	keys    state.Keys

	lease clientv3.LeaseID // 0 before prepare
	sent  instant          // when the lease was last surely alive
	guess int              // the slot to be taken
	taken bool
}

// prepare sees to it that there is a lease which outlives the window from now
// on, or nearly.
func (st *starts) prepare(ctx context.Context) error {
	if st.lease != 0 && st.sent.elapsed() < st.ttl()/2 {
		return nil
	}
	st.drop()
	return st.session.do(ctx, func(ctx context.Context) error {
		sent := now()
		answer, err := st.session.client.Grant(ctx, int64(st.ttl()/time.Second))
		if err == nil {
			st.lease, st.sent = answer.ID, sent
		}
		return err
	}, ignore)
}

func (st *starts) ttl() time.Duration { return st.rate.Window + startMargin }

// conditions are that the slot is free, and that no starts are left of a time in
// which the group had a higher rate.
func (st *starts) conditions() []clientv3.Cmp {
	return []clientv3.Cmp{absent(st.keys.Slot(st.guess)), none(st.keys.SlotsFrom(st.rate.Starts))}
}

// count are the steps by which the start counts.
func (st *starts) count() []clientv3.Op {
	return []clientv3.Op{
		clientv3.OpPut(st.keys.Slot(st.guess), "", clientv3.WithLease(st.lease)),
		clientv3.OpPut(st.keys.LastStart(), strconv.Itoa(st.guess), clientv3.WithLease(st.lease)),
	}
}

// look reads what learn is told.
func (st *starts) look() []clientv3.Op {
	beyond := st.keys.SlotsFrom(st.rate.Starts)
	return []clientv3.Op{
		clientv3.OpGet(st.keys.LastStart()),
		clientv3.OpGet(st.keys.Slot(st.guess), clientv3.WithCountOnly()),
		clientv3.OpGet(beyond.From, in(beyond), clientv3.WithLimit(1), clientv3.WithKeysOnly()),
	}
}

// learn returns the key of the start that is in the way; it is empty if none is
// known to be, and another slot is to be tried.
func (st *starts) learn(last, slot, beyond *pb.RangeResponse) (blocker string) {
	if len(beyond.Kvs) > 0 {
		return string(beyond.Kvs[0].Key)
	}
	next := 0
	if len(last.Kvs) > 0 {
		if n, err := strconv.ParseUint(string(last.Kvs[0].Value), 10, 31); err == nil {
			next = int(n+1) % st.rate.Starts
		}
	}
	if next == st.guess && slot.Count > 0 {
		return st.keys.Slot(next)
	}
	st.guess = next
	return ""
}

// settle returns when the start surely counts for a window from now on.
func (st *starts) settle(ctx context.Context) error {
	st.taken = true
	for st.sent.elapsed() > startMargin {
		sent := now()
		err := st.session.do(ctx, func(ctx context.Context) error { return st.session.renew(ctx, st.lease) }, ignore)
		if err != nil {
			return err
		}
		st.sent = sent
	}
	return nil
}

// undo are the steps by which the start does not count any more.
func (st *starts) undo(fence int64) clientv3.Op {
	slot, last := st.keys.Slot(st.guess), st.keys.LastStart()
	previous := strconv.Itoa((st.guess + st.rate.Starts - 1) % st.rate.Starts)
	return clientv3.OpTxn(
		[]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(last), "=", fence)},
		[]clientv3.Op{clientv3.OpDelete(slot), clientv3.OpPut(last, previous, clientv3.WithLease(st.lease))},
		[]clientv3.Op{clientv3.OpTxn(
			[]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(slot), "=", fence)},
			[]clientv3.Op{clientv3.OpDelete(slot)}, nil)},
	)
}

// drop ends the lease if nothing hangs on it. It does not wait for that.
func (st *starts) drop() {
	lease := st.lease
	if lease == 0 || st.taken {
		return
	}
	st.lease = 0
	go func() {
		ctx, cancel := st.session.during(context.Background())
		defer cancel()
		ctx, stop := context.WithTimeout(ctx, callTimeout)
		defer stop()
		_, _ = st.session.client.Revoke(ctx, lease)
	}()
}

func ignore(error) {}
