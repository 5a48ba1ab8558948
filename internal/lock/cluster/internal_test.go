package cluster

import (
	"context"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// newSession opens a session with a coordinator of its own.
func newSession(t *testing.T, through func(member string) (endpoint string)) *session {
	t.Helper()
	c := etcdtest.New(t, etcdtest.Options{})
	config := c.Coordinator()
	config.TTL, config.Endpoints = time.Minute, []string{"http://" + through(c.Members[0].Address())}
	s, err := openSession(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func directly(member string) string { return member }

// newClaim returns a claim of one unit of a group.
func newClaim(s *session, mode group.Mode) *claim {
	g := group.Group{Label: "//:g", Scope: group.Cluster, Key: "g", Definition: group.Definition{Capacity: 1}}
	w := want{group: g, labels: []string{g.Label}, need: group.Need{Group: g.Label, Weight: 1, Mode: mode}}
	return &claim{session: s, requests: []*request{newRequest(s, w, lock.User{})}}
}

// A transaction that arrives after its request was given up is not done, however late, whether it
// was for a first place or for a turn.
func TestLateTransactions(t *testing.T) {
	s := newSession(t, directly)
	for name, mode := range map[string]group.Mode{"exclusive": group.Exclusive, "shared": group.Shared} {
		for _, queued := range []bool{false, true} {
			c := newClaim(s, mode)
			r := c.requests[0]
			if queued {
				if _, err := c.enqueue(t.Context(), r, 1); err != nil {
					t.Fatal(err)
				}
			}
			r.unsure = true // as if an answer had been lost
			conditions, steps := r.conditions(), r.take(s.lease)
			if err := c.withdraw(t.Context()); err != nil {
				t.Fatal(err)
			}
			late, err := s.client.Txn(t.Context()).If(conditions...).Then(steps...).Commit()
			if err != nil || late.Succeeded {
				t.Errorf("%s, queued %v: the late transaction is done: %v, error %v", name, queued, late.Succeeded, err)
			}
		}
	}
}

// A ticket of an earlier revision goes first, although it is written later.
func TestLateTicket(t *testing.T) {
	s := newSession(t, directly)
	early, late := newClaim(s, group.Exclusive), newClaim(s, group.Exclusive)
	if _, err := late.enqueue(t.Context(), late.requests[0], 2); err != nil {
		t.Fatal(err)
	}
	if _, err := early.enqueue(t.Context(), early.requests[0], 1); err != nil {
		t.Fatal(err)
	}
	if o, err := late.try(t.Context()); err != nil || o == nil || o.before != early.requests[0].ticket {
		t.Errorf("in its way is %+v, error %v, want the other one's ticket", o, err)
	}
	if o, err := early.try(t.Context()); o != nil || err != nil {
		t.Errorf("in the way of the first one is %+v, error %v", o, err)
	}
}

// A transaction that arrives twice is done once.
func TestTransactionsTwice(t *testing.T) {
	s := newSession(t, directly)
	for name, mode := range map[string]group.Mode{"exclusive": group.Exclusive, "shared": group.Shared} {
		c := newClaim(s, mode)
		r := c.requests[0]
		conditions, steps := r.conditions(), r.take(s.lease)
		for i := range 2 {
			answer, err := s.client.Txn(t.Context()).If(conditions...).Then(steps...).Commit()
			if err != nil || answer.Succeeded != (i == 0) {
				t.Errorf("%s: time %d: done: %v, error %v", name, i, answer.Succeeded, err)
			}
		}
		if o, err := c.try(t.Context()); o != nil || err != nil || r.fence == 0 {
			t.Errorf("%s: what was done is not found: %+v, %v, fence %d", name, o, err, r.fence)
		}
		if err := c.release(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// A lease is confirmed from the time at which the question was sent, and not at which the answer
// came.
func TestConfirmedSinceSent(t *testing.T) {
	const delay = 500 * time.Millisecond // in each direction
	var proxy *etcdtest.Proxy
	s := newSession(t, func(member string) string {
		proxy = etcdtest.NewProxy(t, member)
		return proxy.Address()
	})
	proxy.Delay(delay)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := s.renew(ctx, s.lease); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if since := s.confirmed.elapsed(); since < 2*delay {
		t.Errorf("confirmed since %v, by a question that was sent %v ago at least", since, 2*delay)
	}
}

// An older confirmation that comes late does not replace a newer one.
func TestConfirmedByTheNewest(t *testing.T) {
	s := newSession(t, directly)
	older := now()
	time.Sleep(10 * time.Millisecond)
	newer := now()
	s.confirm(newer, time.Hour)
	s.confirm(older, time.Minute)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ttl != time.Hour || s.confirmed != newer {
		t.Errorf("confirmed for %v", s.ttl)
	}
}

// When a request with a rate is granted, its start counts for a whole window
// from then on, although its lease may be older.
func TestStartsCountForTheWindow(t *testing.T) {
	s := newSession(t, directly)
	const window = 20 * time.Second
	for _, age := range []time.Duration{0, 2 * time.Second} {
		c := newClaim(s, group.Exclusive)
		r := c.requests[0]
		r.starts = &starts{session: s, rate: group.Rate{Starts: 5, Window: window}, keys: r.keys}
		if err := r.starts.prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(age)
		if err := c.grant(t.Context()); err != nil {
			t.Fatal(err)
		}
		lease, err := s.client.TimeToLive(t.Context(), r.starts.lease)
		if err != nil || time.Duration(lease.TTL)*time.Second < window {
			t.Errorf("with a lease that was %v old the start counts for %v seconds, error %v", age, lease.TTL, err)
		}
		if err := c.release(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Unused sessions end, with their lease; lost ones make room for others.
func TestSessionsEnd(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	config := c.Coordinator()
	m := sessions{find: func() (coordinator.Config, error) { return config, nil }}
	first, err := m.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first.lose(context.Canceled)
	second, err := m.use(t.Context())
	if err != nil || second == first {
		t.Fatalf("a lost session is used again, error %v", err)
	}
	again, err := m.use(t.Context())
	if err != nil || again != second {
		t.Fatalf("there are two sessions at once, error %v", err)
	}
	m.done(first)
	m.done(second)
	m.done(again)
	for _, s := range []*session{first, second} {
		select {
		case <-s.client.Ctx().Done(): // its connection is closed
		case <-time.After(time.Minute):
			t.Error("a session that nobody uses goes on")
		}
	}
	client, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	leases, err := client.Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leases.Leases {
		if l.ID == second.lease {
			t.Error("the lease goes on")
		}
	}
}
