package cluster

import (
	"context"
	"strconv"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// startMargin is how much longer than the rate's window a start counts. If more time passes
// between the count and the beginning of the case, its lease is renewed.
const startMargin = time.Second

// mostSlots is the most keys of a group's starts that are read: twice as many as the highest rate
// has.
const mostSlots = 20_000

// starts counts one use against a rate.
//
// A start is a key on a lease of its own, which lives for the window and a margin, whatever
// becomes of its process: etcd is the clock that all machines share. The limit comes from the
// limited number of slots for starts. Leases may end in another order than they began, so any
// slot may be the next one that is free. The slot after the last start's is a good guess.
type starts struct {
	session *session
	label   string // of the group
	rate    group.Rate
	keys    state.Keys

	lease clientv3.LeaseID // 0 before prepare
	sent  instant          // when the lease was last sure to be alive
	guess int              // the slot to take
	// isAfterLast says whether the guess is the slot after the last start's.
	isAfterLast bool
	// search says whether all taken slots have to be known: to make a guess, and to tell starts
	// from the keys of others.
	search bool
	taken  bool
}

// prepare makes sure that there is a lease that outlives the window from now on, or nearly.
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

// conditions are that the slot is free, and that no starts are left from a time when the group
// had a higher rate.
func (st *starts) conditions() []clientv3.Cmp {
	return []clientv3.Cmp{unheld(st.keys.Slot(st.guess)), none(st.keys.SlotsFrom(st.rate.Starts))}
}

// count returns the operations that make the start count.
func (st *starts) count() []clientv3.Op {
	return []clientv3.Op{
		clientv3.OpPut(st.keys.Slot(st.guess), "", clientv3.WithLease(st.lease)),
		clientv3.OpPut(st.keys.LastStart(), strconv.Itoa(st.guess), clientv3.WithLease(st.lease)),
	}
}

// look reads what learn needs.
func (st *starts) look() []clientv3.Op {
	all, beyond := st.keys.SlotsFrom(0), st.keys.SlotsFrom(st.rate.Starts)
	how := []clientv3.OpOption{in(all), clientv3.WithCountOnly()}
	if st.search {
		how = []clientv3.OpOption{in(all), clientv3.WithLimit(mostSlots)}
	}
	return []clientv3.Op{
		clientv3.OpGet(st.keys.LastStart()),
		clientv3.OpGet(all.From, how...),
		clientv3.OpGet(beyond.From, in(beyond), clientv3.WithCountOnly()),
	}
}

// learn reports whether an earlier start has to expire first. If not, there is another guess, or
// one can be made when all slots are known.
func (st *starts) learn(last, all, beyond *pb.RangeResponse) (isFull bool, err error) {
	next := st.after(last)
	switch {
	case st.search:
		st.search, st.isAfterLast = false, false
		return st.chooseFrom(next, all)
	case all.Count >= int64(st.rate.Starts) || beyond.Count > 0 || st.isAfterLast && st.guess == next:
		st.search = true
	default:
		st.guess, st.isAfterLast = next, true
	}
	return false, nil
}

// chooseFrom guesses the first free slot, beginning with first and wrapping around. It reports
// whether there are as many starts as the rate allows, or some are left from a time when the
// group had a higher rate.
func (st *starts) chooseFrom(first int, all *pb.RangeResponse) (isFull bool, err error) {
	if all.More {
		return false, tooMany(st.label, string(all.Kvs[0].Key), mostSlots)
	}
	taken := map[int]bool{}
	for _, kv := range ours(all) {
		number, ok := st.keys.SlotOf(string(kv.Key))
		if !ok {
			return false, unreadable(st.label, string(kv.Key))
		}
		taken[number] = true
		isFull = isFull || number >= st.rate.Starts
	}
	if isFull || len(taken) >= st.rate.Starts {
		return true, nil
	}
	for st.guess = first; taken[st.guess]; {
		st.guess = (st.guess + 1) % st.rate.Starts
	}
	return false, nil
}

// after returns the slot after the last start's, or the first one if that is not known.
func (st *starts) after(last *pb.RangeResponse) int {
	for _, kv := range last.Kvs {
		if n, err := strconv.ParseUint(string(kv.Value), 10, 31); err == nil {
			return int(n+1) % st.rate.Starts
		}
	}
	return 0
}

// settle returns when the start is sure to count for a window from now on.
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

// undo returns the operation after which the start no longer counts.
func (st *starts) undo(fence int64) clientv3.Op {
	slot := st.keys.Slot(st.guess)
	return clientv3.OpTxn([]clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(slot), "=", fence)},
		[]clientv3.Op{clientv3.OpDelete(slot)}, nil)
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
