package etcdtest_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	clientv3 "go.etcd.io/etcd/client/v3"
)

func TestMain(m *testing.M) {
	etcdtest.Main()
	os.Exit(m.Run())
}

// soon is long enough for anything on a busy machine.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func client(t *testing.T, c *etcdtest.Cluster) *clientv3.Client {
	t.Helper()
	client, err := c.Client()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func put(t *testing.T, c *etcdtest.Cluster, key, value string) {
	t.Helper()
	if _, err := client(t, c).Put(soon(t), key, value); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, c *etcdtest.Cluster, key, value string) {
	t.Helper()
	got, err := client(t, c).Get(soon(t), key)
	if err != nil || len(got.Kvs) != 1 || string(got.Kvs[0].Value) != value {
		t.Errorf("%s is %v, %v, want %q", key, got, err, value)
	}
}

// A killed member is gone, and comes back with its data.
func TestRestart(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	put(t, c, "a", "1")
	c.Members[0].Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := client(t, c).Get(ctx, "a"); err == nil {
		t.Error("a killed member answers")
	}
	if err := c.Members[0].Start(); err != nil {
		t.Fatal(err)
	}
	if err := c.WaitReady(soon(t)); err != nil {
		t.Fatal(err)
	}
	want(t, c, "a", "1")
}

// Three members go on without their leader.
func TestLeaderKill(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Members: 3})
	put(t, c, "a", "1")
	leader, err := c.Leader(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	leader.Kill()
	next, err := c.Leader(soon(t))
	if err != nil || next == leader {
		t.Fatalf("the leader is %v, %v, after %v was killed", next, err, leader)
	}
	if err := c.WaitReady(soon(t)); err != nil {
		t.Fatal(err)
	}
	want(t, c, "a", "1")
}

func TestTLSAndUsers(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{TLS: true, User: "interlock", Password: "secret"})
	put(t, c, "a", "1")
	want(t, c, "a", "1")
	for name, spoil := range map[string]func(*clientv3.Config){
		"password":    func(config *clientv3.Config) { config.Password = "wrong" },
		"certificate": func(config *clientv3.Config) { config.TLS.Certificates = nil },
	} {
		config, err := c.Coordinator().Client()
		if err != nil {
			t.Fatal(err)
		}
		spoil(&config)
		config.DialTimeout = time.Second
		if client, err := clientv3.New(config); err == nil {
			_ = client.Close()
			t.Errorf("a client without the right %s was let in", name)
		}
	}
}

// A transaction whose answer is lost has still been done.
func TestProxyLosesAnswers(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	proxy := etcdtest.NewProxy(t, c.Members[0].Address())
	through, err := clientv3.New(clientv3.Config{Endpoints: []string{proxy.Address()}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = through.Close() }()
	if _, err := through.Put(soon(t), "a", "1"); err != nil {
		t.Fatal(err)
	}
	lost := proxy.Drop(etcdtest.ToClient)
	ctx, cancel := context.WithCancel(soon(t))
	direct := client(t, c)
	go func() {
		defer cancel()
		<-lost // it may be less than an answer, such as a ping
		for ctx.Err() == nil {
			got, err := direct.Get(ctx, "a")
			if err == nil && string(got.Kvs[0].Value) == "2" {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := through.Put(ctx, "a", "2"); err == nil {
		t.Error("an answer came although all are lost")
	}
	proxy.Heal()
	want(t, c, "a", "2")
	if _, err := through.Put(soon(t), "a", "3"); err != nil {
		t.Error(err)
	}
	proxy.Cut()
	cut, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := through.Put(cut, "a", "4"); err == nil {
		t.Error("something came through although the connection is cut")
	}
}

// Members that do not hear of one another do nothing that takes a majority, and continue when
// they do.
func TestSplit(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Members: 3, Splittable: true})
	put(t, c, "a", "1")
	for _, m := range c.Members {
		m.Peers().Cut()
	}
	client := client(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if _, err := client.Put(ctx, "a", "2"); err == nil {
		t.Error("a split cluster takes a key")
	}
	c.Join()
	if err := c.WaitReady(soon(t)); err != nil {
		t.Fatal(err)
	}
	put(t, c, "a", "3")
	want(t, c, "a", "3")
}

// The others continue without a leader that they do not hear. The leader does nothing alone,
// although clients reach it.
func TestIsolate(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{Members: 3, Splittable: true})
	old, err := c.Leader(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Isolate(soon(t), old); err != nil {
		t.Fatal(err)
	}
	leader := old
	for leader == old {
		if leader, err = c.Leader(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	for m, takes := range map[*etcdtest.Member]bool{leader: true, old: false} {
		client, err := clientv3.New(clientv3.Config{Endpoints: []string{m.Endpoint()}})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = client.Close() }()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if _, err := client.Put(ctx, "a", fmt.Sprint(takes)); (err == nil) != takes {
			t.Errorf("%v, want that it takes a key: %v", err, takes)
		}
	}
	c.Join()
	if err := c.WaitReady(soon(t)); err != nil {
		t.Fatal(err)
	}
	want(t, c, "a", "true")
}
