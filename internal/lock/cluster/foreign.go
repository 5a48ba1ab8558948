package cluster

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Keys that others write below a group's keys must not make anybody wait. Everything that this
// package writes hangs on a lease. So a key without a lease counts for nothing, both in the
// conditions of transactions and in what they read. A key with a lease may belong to a process
// that takes part in some other way, so it is an error if this release would not give it that
// name.
//
// etcd 3.7 does not return leases when it reads keys only, so values are read too.

const (
	// mostLooked is the most keys of a range that are read to find one of ours.
	mostLooked = 100
	// mostHolders is the most keys of a group's holders that are read.
	mostHolders = 20_000
)

// none is the condition that a range has no key of ours.
func none(r state.Range) clientv3.Cmp { return unheld(r.From).WithRange(r.To) }

// unheld is the condition that a key does not exist, or is not ours.
func unheld(key string) clientv3.Cmp { return clientv3.Compare(clientv3.LeaseValue(key), "=", 0) }

// nearest returns the options to read the last key of ours in a range.
func nearest(r state.Range) []clientv3.OpOption {
	return []clientv3.OpOption{
		in(r), clientv3.WithLimit(mostLooked),
		clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend),
	}
}

// ours returns the keys that hang on a lease.
func ours(read *pb.RangeResponse) (found []*mvccpb.KeyValue) {
	for _, kv := range read.Kvs {
		if kv.Lease != 0 {
			found = append(found, kv)
		}
	}
	return found
}

// oneOfOurs is ours for a look that needs one key, which may be among the keys that it has not
// read.
func (r *request) oneOfOurs(read *pb.RangeResponse) ([]*mvccpb.KeyValue, error) {
	found := ours(read)
	if len(found) == 0 && read.More {
		return nil, tooMany(r.labels[0], string(read.Kvs[0].Key), mostLooked)
	}
	return found, nil
}

// tooMany is the error of a look that cannot see everything, for example because another program
// uses the place of a key.
func tooMany(label, key string, limit int) error {
	return fmt.Errorf("%s: beside %q the coordinator has more than %d keys, and not all are of Interlock; "+
		"delete those, or choose a namespace for Interlock alone", label, key, limit)
}

// unreadable is the error for a key that may belong to a process that uses the group.
func unreadable(label, key string) error {
	return fmt.Errorf("%s: the coordinator has the key %q, which has a lease and is not of this release; "+
		"end the program that wrote it, or delete the key", label, key)
}

// holdersAmong returns the keys of the group's holders.
func (r *request) holdersAmong(read *pb.RangeResponse) (map[string]bool, error) {
	if read.More {
		return nil, tooMany(r.labels[0], string(read.Kvs[0].Key), mostHolders)
	}
	holders := map[string]bool{}
	for _, kv := range ours(read) {
		key := string(kv.Key)
		_, isUnit := r.keys.UnitOf(key)
		switch {
		case isUnit || r.keys.IsShare(key):
			holders[key] = true
		case r.keys.Units().Has(key) || r.keys.Shares().Has(key):
			return nil, unreadable(r.labels[0], key)
		}
	}
	return holders, nil
}

// ticketAmong returns the key of the ticket before r's own; "" if there is none.
func (r *request) ticketAmong(read *pb.RangeResponse) (string, error) {
	found, err := r.oneOfOurs(read)
	if err != nil || len(found) == 0 {
		return "", err
	}
	for _, kv := range found {
		if key := string(kv.Key); !r.keys.IsTicket(key) {
			return "", unreadable(r.labels[0], key)
		}
	}
	return string(found[0].Key), nil
}
