package cluster

import (
	"context"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
)

// inspectTimeout is how long to wait for the coordinator when somebody asks what a waiting case
// waits for.
const inspectTimeout = time.Second

// Holders implements lock.Inspector, by asking the coordinator.
func (l *locker) Holders(label string) []lock.User {
	s, keys := l.place(label)
	if s == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, inspectTimeout)
	defer cancel()
	entries, err := readAll(ctx, s.client, keys.Holders())
	if err != nil {
		return nil
	}
	groups, _ := state.Parse(s.config.Namespace, entries) // what cannot be read is left out
	var users []lock.User
	for _, g := range groups {
		for _, h := range g.Holders {
			users = append(users, h.User)
		}
	}
	return users
}

// Wanted implements lock.Inspector, by asking the coordinator.
func (l *locker) Wanted(label string, own int) bool {
	s, keys := l.place(label)
	if s == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(s.ctx, inspectTimeout)
	defer cancel()
	last, err := s.client.Get(ctx, keys.Queue().From, nearest(keys.Queue())...)
	return err == nil && len(ours((*pb.RangeResponse)(last))) > own
}

// place returns the keys of a group; nil if the coordinator is not known yet.
func (l *locker) place(label string) (*session, state.Keys) {
	s := l.sessions.peek()
	if s == nil {
		return nil, state.Keys{}
	}
	return s, state.KeysOf(s.config.Namespace, l.groups[label].Key)
}
