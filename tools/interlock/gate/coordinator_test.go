package gate

import (
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// Without a coordinator all actions go, after a short time, and the log says so once.
func TestNoCoordinator(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	space.Endpoints = []string{"http://127.0.0.1:1"}
	g := startGate(t, space, c.Address, func(c *Config) { c.Patience = 500 * time.Millisecond })
	client := executionAt(t, g.address)
	begun := time.Now()
	for _, name := range []string{"a", "b", "c"} {
		run(t, client, c.Action(name, holding(oneOfDB)))
	}
	mustStart(t, c, 3)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	begun = time.Now()
	run(t, client, c.Action("d", holding(oneOfDB)))
	mustStart(t, c, 4)
	if took := time.Since(begun); took > 400*time.Millisecond {
		t.Errorf("one that came later took %v", took)
	}
	if n := g.log.count("the coordinator is away"); n != 1 {
		t.Errorf("the log is %q", g.log.lines)
	}
}

// A coordinator that goes away lets those go that wait, and is used again when it is back.
func TestCoordinatorGoesAndComesBack(t *testing.T) {
	etcd := etcdtest.New(t, etcdtest.Options{})
	c := newCluster(t)
	g := startGate(t, newSpace(t, etcd), c.Address, func(c *Config) { c.Patience = time.Second })
	client := executionAt(t, g.address)
	run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	a := run(t, client, c.Action("second", holding(oneOfDB)))
	a.nextIn(repb.ExecutionStage_QUEUED)
	etcd.Members[0].Kill()
	mustStart(t, c, 2)
	a.nextIn(repb.ExecutionStage_EXECUTING)
	c.End("first")
	c.End("second")
	a.finish()
	if err := etcd.Members[0].Start(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(patience); g.log.count("the coordinator is back") == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("the log is %q", g.log.lines)
		}
	}
	run(t, client, c.Action("third", holding(oneOfDB)))
	mustStart(t, c, 3)
	a = run(t, client, c.Action("fourth", holding(oneOfDB)))
	a.nextIn(repb.ExecutionStage_QUEUED)
	mustNotStart(t, c, 3)
	c.End("third")
	mustStart(t, c, 4)
}

// A restart of etcd that is shorter than the patience changes nothing.
func TestCoordinatorRestarts(t *testing.T) {
	etcd := etcdtest.New(t, etcdtest.Options{})
	c := newCluster(t)
	space := newSpace(t, etcd)
	client := executionAt(t, startGate(t, space, c.Address, func(c *Config) { c.Patience, c.ttl = patience, 10*time.Second }).address)
	run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	for _, name := range []string{"second", "third"} {
		run(t, client, c.Action(name, holding(oneOfDB))).nextIn(repb.ExecutionStage_QUEUED)
	}
	awaitWaiting(t, space, "acme/db", 2)
	etcd.Members[0].Kill()
	if err := etcd.Members[0].Start(); err != nil {
		t.Fatal(err)
	}
	if err := etcd.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustNotStart(t, c, 1)
	c.End("first")
	mustStart(t, c, 2)
	mustNotStart(t, c, 2)
}
