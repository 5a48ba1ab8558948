package cluster_test

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// What etcd is asked decides how many cases one etcd can serve (docs/design/scale.md).
func TestRequestsForAnAcquisition(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	config := c.Coordinator()
	config.Namespace, config.TTL = "/test/", 30*time.Second
	one, other := cluster.NewAt(dbGroups, config), cluster.NewAt(dbGroups, config)
	for _, locker := range []lock.Locker{one, other} {
		acquire(t, locker, exclusive(db, 1)).Release() // opens its session
	}
	for name, row := range map[string]struct {
		most int
		do   func()
	}{
		"free": {2, func() { acquire(t, one, exclusive(db, 1)).Release() }},
		"waited for": {2 + 7, func() {
			held := acquire(t, one, exclusive(db, 1))
			got := startWaiting(t.Context(), t, other, exclusive(db, 1))
			time.Sleep(200 * time.Millisecond) // until it is in the queue: to ask etcd would count
			held.Release()
			mustGet(t, got).Release()
		}},
	} {
		least := row.most + 1
		for range 5 { // renewals of leases may come in between
			before := metric(t, c.Members[0], "grpc_server_msg_received_total")
			row.do()
			time.Sleep(50 * time.Millisecond) // for what is said without an answer
			least = min(least, int(metric(t, c.Members[0], "grpc_server_msg_received_total")-before))
		}
		if least > row.most {
			t.Errorf("%s: %d messages, want at most %d", name, least, row.most)
		}
	}
}
