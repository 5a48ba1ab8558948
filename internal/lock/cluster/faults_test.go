package cluster_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// slow is a time to live that outlasts the faults of a test.
const slow = time.Minute

// A transaction whose answer is lost has been done or will be, once: whether it acquires, queues
// or gives back.
func TestLostAnswers(t *testing.T) {
	c := commonCluster(t)
	for name, test := range map[string]func(t *testing.T, locker, other lock.Locker, namespace string, lose func()){
		"take": func(t *testing.T, locker, other lock.Locker, namespace string, lose func()) {
			lose()
			held := acquire(t, locker, exclusive(port, 2))
			if grant := held.Grants()[port]; len(grant.Slots) != 2 || grant.Fence == 0 {
				t.Errorf("granted %+v", grant)
			}
			mustWait(t, other, exclusive(port, 2))
			held.Release()
		},
		"queue": func(t *testing.T, locker, other lock.Locker, namespace string, lose func()) {
			holder := acquire(t, other, exclusive(port, 3))
			lose()
			got := startWaiting(t.Context(), t, locker, exclusive(port, 1))
			holder.Release()
			mustGet(t, got).Release()
		},
		"turn": func(t *testing.T, locker, other lock.Locker, namespace string, lose func()) {
			holder := acquire(t, other, shared(port))
			got := startWaiting(t.Context(), t, locker, exclusive(port, 3))
			awaitQueue(t, namespace, 1)
			behind := startWaiting(t.Context(), t, other, exclusive(port, 3))
			awaitQueue(t, namespace, 2)
			lose()
			holder.Release()
			held := mustGet(t, got)
			if slots := held.Grants()[port].Slots; len(slots) != 3 {
				t.Errorf("granted %v", slots)
			}
			held.Release()
			next := mustGet(t, behind)
			if next.Grants()[port].Fence < held.Grants()[port].Fence {
				t.Error("who waited behind was served first")
			}
			next.Release()
		},
		"release": func(t *testing.T, locker, other lock.Locker, namespace string, lose func()) {
			held := acquire(t, locker, exclusive(port, 3))
			got := startWaiting(t.Context(), t, other, exclusive(port, 3))
			awaitQueue(t, namespace, 1)
			lose()
			held.Release() // it is sent again while the next one has the group
			next := mustGet(t, got)
			mustWait(t, other, shared(port))
			next.Release()
		},
		"cancel": func(t *testing.T, locker, other lock.Locker, namespace string, lose func()) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			lose()
			if held, err := locker.Acquire(ctx, exclusive(port, 3)); err == nil {
				held.Release()
			} else if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := newSpace(t, c)
			config.TTL = slow
			proxy := etcdtest.NewProxy(t, c.Members[0].Address())
			locker, other := cluster.NewAt(dbGroups, through(proxy, config)), cluster.NewAt(dbGroups, config)
			// So that the session exists, and still does when the test has ended.
			defer acquire(t, locker, exclusive(db, 1)).Release()
			test(t, locker, other, config.Namespace, func() {
				lost := proxy.Drop(etcdtest.ToClient)
				go func() {
					<-lost
					time.Sleep(time.Second) // so that everything else is lost too
					proxy.Heal()
				}()
			})
			acquire(t, other, exclusive(port, 3)).Release()
		})
	}
}

// mustWait checks that needs cannot be acquired at present.
func mustWait(t *testing.T, locker lock.Locker, needs []group.Need) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	held, err := locker.Acquire(ctx, needs)
	if err == nil {
		held.Release()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v: error %v, want to wait", needs, err)
	}
}

// A waiter whose lease has expired has lost its place, and asks again.
func TestWaiterNoticesItsExpiry(t *testing.T) {
	c := commonCluster(t)
	config := newSpace(t, c)
	proxy := etcdtest.NewProxy(t, c.Members[0].Address())
	other := cluster.NewAt(dbGroups, config)
	holder := acquire(t, other, exclusive(db, 1))
	got := startWaiting(t.Context(), t, cluster.NewAt(dbGroups, through(proxy, config)), exclusive(db, 1))
	awaitQueue(t, config.Namespace, 1)
	proxy.Cut()
	awaitKeys(t, config.Namespace, func(keys []string) bool { return !strings.Contains(strings.Join(keys, " "), "/queue/") })
	next := startWaiting(t.Context(), t, other, exclusive(db, 1))
	awaitQueue(t, config.Namespace, 1)
	proxy.Heal()
	awaitQueue(t, config.Namespace, 2)
	holder.Release()
	passed := mustGet(t, next)
	passed.Release()
	held := mustGet(t, got)
	if err := held.Confirm(); err != nil {
		t.Error(err)
	}
	if held.Grants()[db].Fence <= passed.Grants()[db].Fence {
		t.Error("who had lost its place was served first")
	}
	held.Release()
}

// If somebody else revokes the lease, it is lost, and that is known at once: the lease would be
// renewed much later.
func TestRevokedLease(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	config := newSpace(t, c)
	config.TTL = 10 * patience
	held := acquire(t, cluster.NewAt(dbGroups, config), exclusive(db, 1))
	client := newClient(t, c)
	leases, err := client.Leases(t.Context())
	if err != nil || len(leases.Leases) != 1 {
		t.Fatalf("leases %v, %v", leases, err)
	}
	if _, err := client.Revoke(t.Context(), leases.Leases[0].ID); err != nil {
		t.Fatal(err)
	}
	await(t, held.Lost(), "the loss is known")
	if err := held.Confirm(); !errors.Is(err, lock.ErrLost) || !strings.Contains(err.Error(), "the coordinator has ended the lease") {
		t.Errorf("error %v", err)
	}
	held.Release()
}

// A waiter continues when the revision from which it watches has been compacted.
func TestCompaction(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	config := newSpace(t, c)
	config.TTL = slow
	proxy := etcdtest.NewProxy(t, c.Members[0].Address())
	other := cluster.NewAt(dbGroups, config)
	holder := acquire(t, other, exclusive(db, 1))
	got := startWaiting(t.Context(), t, cluster.NewAt(dbGroups, through(proxy, config)), exclusive(db, 1))
	awaitWatchers(t, c.Members[0], 3) // two of sessions
	proxy.Cut()
	holder.Release()
	client := newClient(t, c)
	for range 3 { // the watch has to continue from one of these revisions
		if _, err := client.Put(t.Context(), "compaction", ""); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := client.Get(t.Context(), "compaction")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Compact(t.Context(), answer.Header.Revision); err != nil {
		t.Fatal(err)
	}
	proxy.Heal()
	mustGet(t, got).Release()
}

// A holder and a waiter survive the death of the leader, and of all members at once. Fences
// continue to rise.
func TestRestarts(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Members: 3})
	config := newSpace(t, c)
	config.TTL = slow
	one, other := cluster.NewAt(dbGroups, config), cluster.NewAt(dbGroups, config)
	held := acquire(t, one, exclusive(db, 1))
	for name, fault := range map[string]func() error{
		"leader": func() error {
			leader, err := c.Leader(t.Context())
			if err == nil {
				leader.Kill()
				err = leader.Start()
			}
			return err
		},
		"all": func() (err error) {
			for _, m := range c.Members {
				m.Kill()
			}
			for _, m := range c.Members {
				err = errors.Join(err, m.Start())
			}
			return err
		},
	} {
		got := startWaiting(t.Context(), t, other, exclusive(db, 1))
		if err := fault(); err != nil {
			t.Fatal(err)
		}
		if err := held.Confirm(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		held.Release()
		next := mustGet(t, got)
		if next.Grants()[db].Fence <= held.Grants()[db].Fence {
			t.Errorf("%s: fence %d after %d", name, next.Grants()[db].Fence, held.Grants()[db].Fence)
		}
		held, one, other = next, other, one
	}
	held.Release()
}

// A holder that reaches only a former leader loses its group before the others, which have a new
// leader, give it away.
func TestFormerLeader(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Members: 3, Splittable: true})
	config := newSpace(t, c)
	leader, err := c.Leader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	here, there := config, config
	here.Endpoints, there.Endpoints = []string{leader.Endpoint()}, nil
	for _, m := range c.Members {
		if m != leader {
			there.Endpoints = append(there.Endpoints, m.Endpoint())
		}
	}
	held := acquire(t, cluster.NewAt(dbGroups, here), exclusive(db, 1))
	got := startWaiting(t.Context(), t, cluster.NewAt(dbGroups, there), exclusive(db, 1))
	if err := c.Isolate(t.Context(), leader); err != nil {
		t.Fatal(err)
	}
	select {
	case <-held.Lost():
	case r := <-got:
		t.Fatalf("the group is given away (%v) before its holder has lost it", r.err)
	case <-time.After(patience):
		t.Fatal("the holder has not lost the group")
	}
	next := mustGet(t, got)
	if next.Grants()[db].Fence <= held.Grants()[db].Fence {
		t.Errorf("fence %d after %d", next.Grants()[db].Fence, held.Grants()[db].Fence)
	}
	next.Release()
	held.Release()
}

// Release does not wait for a coordinator that is away.
func TestReleaseWithoutCoordinator(t *testing.T) {
	c := commonCluster(t)
	config := newSpace(t, c)
	proxy := etcdtest.NewProxy(t, c.Members[0].Address())
	held := acquire(t, cluster.NewAt(dbGroups, through(proxy, config)), exclusive(db, 1))
	proxy.Cut()
	released := make(chan struct{})
	go func() { defer close(released); held.Release() }()
	select {
	case <-released:
	case <-time.After(15 * time.Second): // far above the 2 seconds, and below all that would wait for good
		t.Error("Release still waits")
	}
	acquire(t, cluster.NewAt(dbGroups, config), exclusive(db, 1)).Release()
}

// TLS, users with only the rights that they need, and namespaces.
func TestSecured(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{TLS: true, User: "interlock", Password: "secret", Prefix: "/test/"})
	config := newSpace(t, c)
	one, other := cluster.NewAt(dbGroups, config), cluster.NewAt(dbGroups, config)
	held := acquire(t, one, exclusive(port, 2))
	elsewhere := config
	elsewhere.Namespace += "other/"
	acquire(t, cluster.NewAt(dbGroups, elsewhere), exclusive(port, 3)).Release()
	got := startWaiting(t.Context(), t, other, exclusive(port, 3))
	held.Release()
	mustGet(t, got).Release()
	limited := cluster.NewAt(rated(1, time.Hour), config)
	acquire(t, limited, exclusive(llm, 1)).Release()
	mustWait(t, limited, exclusive(llm, 1))

	forbidden, wrong := config, config
	forbidden.Namespace, wrong.Password = "/others/", "wrong"
	for _, config := range []coordinator.Config{forbidden, wrong} {
		_, err := cluster.NewAt(dbGroups, config).Acquire(t.Context(), exclusive(db, 1))
		if err == nil || !strings.Contains(err.Error(), "check username and password, and that the user's role may read and write") ||
			!strings.Contains(err.Error(), config.Endpoints[0]) {
			t.Errorf("error %v", err)
		}
	}
}

// A stream keeps the token with which it began. When that has expired, waiters watch by another
// one, and do not poll.
func TestTokensRunOut(t *testing.T) {
	const tokenTTL = 2 * time.Second
	c := etcdtest.New(t, etcdtest.Options{User: "interlock", Password: "secret", TokenTTL: tokenTTL})
	config := newSpace(t, c)
	locker := cluster.NewAt(dbGroups, config)
	held := acquire(t, locker, exclusive(port, 2))
	first := startWaiting(t.Context(), t, locker, exclusive(port, 3))
	awaitWatchers(t, c.Members[0], 2) // one of the session
	time.Sleep(2 * tokenTTL)
	second := startWaiting(t.Context(), t, locker, shared(port))
	time.Sleep(2 * time.Second)
	before := metric(t, c.Members[0], "etcd_mvcc_txn_total")
	time.Sleep(2 * time.Second)
	if n := metric(t, c.Members[0], "etcd_mvcc_txn_total") - before; n > 5 {
		t.Errorf("there were %v transactions while nothing happened", n)
	}
	held.Release()
	mustGet(t, first).Release()
	mustGet(t, second).Release()
}

// The error names a coordinator that cannot be reached, and says what to do.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // it accepts, and never answers
	config := coordinator.Config{Endpoints: []string{"http://" + l.Addr().String()}, Namespace: "/", TTL: ttl}
	_, err = cluster.NewAt(dbGroups, config).Acquire(t.Context(), exclusive(db, 1))
	if err == nil || !strings.Contains(err.Error(), config.Endpoints[0]) ||
		!strings.Contains(err.Error(), "check that etcd runs there") {
		t.Errorf("error %v", err)
	}
}

func TestNoCoordinator(t *testing.T) {
	lookup := func(name string) (string, bool) { return "/nowhere.json", name == coordinator.Variable }
	_, err := cluster.New(dbGroups, lookup).Acquire(t.Context(), exclusive(db, 1))
	if err == nil || !strings.Contains(err.Error(), coordinator.Variable) || !strings.Contains(err.Error(), "/nowhere.json") {
		t.Errorf("error %v", err)
	}
}

// A full database accepts no new holders, lets the old ones go, and is named.
func TestFullDatabase(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Quota: 1 << 20})
	config := newSpace(t, c)
	locker := cluster.NewAt(dbGroups, config)
	held := acquire(t, locker, exclusive(db, 1))
	client := newClient(t, c)
	filling, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	for filler := strings.Repeat("x", 100<<10); err == nil; {
		_, err = client.Put(filling, "filler", filler)
	}
	if !strings.Contains(err.Error(), "space exceeded") {
		t.Fatal(err)
	}
	if _, err := cluster.NewAt(dbGroups, config).Acquire(t.Context(), exclusive(db, 1)); err == nil ||
		!strings.Contains(err.Error(), "etcdctl alarm disarm") {
		t.Errorf("error %v", err)
	}
	held.Release()
	got, err := client.Get(t.Context(), config.Namespace, clientv3.WithPrefix())
	if err != nil || len(got.Kvs) > 1 { // the session's
		t.Errorf("after the release there is %v, %v", got.Kvs, err)
	}
}
