package cluster_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/internal/lock/locktest"
)

// holdIfAsked is the body of a process that TestStoppedHolder starts, if a process can be
// stopped.
var holdIfAsked = func() {}

func TestMain(m *testing.M) {
	etcdtest.Main()
	locktest.Main(openSpace)
	holdIfAsked()
	code := m.Run()
	if common.cluster != nil {
		common.cluster.Close()
		_ = os.RemoveAll(common.dir)
	}
	os.Exit(code)
}

// ttl is the time to live of leases in tests, the shortest possible.
const ttl = 2 * time.Second

// patience is the limit for what takes a moment, on a busy machine.
const patience = time.Minute

// common is the cluster of all tests that do not harm it.
var common struct {
	once    sync.Once
	dir     string
	cluster *etcdtest.Cluster
	err     error
	spaces  atomic.Int32
}

// commonCluster returns common.
func commonCluster(t *testing.T) *etcdtest.Cluster {
	t.Helper()
	common.once.Do(func() {
		if common.dir, common.err = os.MkdirTemp("", "cluster"); common.err == nil {
			common.cluster, common.err = etcdtest.Start(common.dir, etcdtest.Options{})
		}
	})
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.cluster
}

// newSpace returns the configuration of a namespace of its own.
func newSpace(t *testing.T, c *etcdtest.Cluster) coordinator.Config {
	config := c.Coordinator()
	config.TTL = ttl
	config.Namespace = fmt.Sprintf("/test/%s/%d/", t.Name(), common.spaces.Add(1))
	return config
}

// keyed turns any groups into groups of scope cluster.
func keyed(groups ...group.Group) []group.Group {
	var keyed []group.Group
	for _, g := range groups {
		g.Scope, g.Key = group.Cluster, "test/"+g.Name
		keyed = append(keyed, g)
	}
	return keyed
}

// space is what a process has to know to take part, in JSON.
type space struct {
	Config coordinator.Config
	Groups []group.Group
}

func (s space) String() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func openSpace(text string) (lock.Locker, error) {
	var s space
	err := json.Unmarshal([]byte(text), &s)
	return cluster.NewAt(s.Groups, s.Config), err
}

const (
	db   = "//test:db"
	port = "//test:port"
)

var dbGroups = keyed(
	group.Group{Label: db, Name: "db", Definition: group.Definition{Capacity: 1}},
	group.Group{Label: port, Name: "port", Definition: group.Definition{Capacity: 3}},
)

func exclusive(label string, weight int) []group.Need {
	return []group.Need{{Group: label, Weight: weight}}
}

func shared(label string) []group.Need {
	return []group.Need{{Group: label, Weight: 1, Mode: group.Shared}}
}

// acquire gets needs, or fails the test.
func acquire(t *testing.T, locker lock.Locker, needs []group.Need) lock.Held {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	held, err := locker.Acquire(ctx, needs)
	if err != nil {
		t.Fatalf("acquire %v: %v", needs, err)
	}
	return held
}

// result is the result of an Acquire.
type result struct {
	held lock.Held
	err  error
}

// startWaiting asks for needs and returns when the request waits.
func startWaiting(ctx context.Context, t *testing.T, locker lock.Locker, needs []group.Need) <-chan result {
	t.Helper()
	waits, got := make(chan struct{}), make(chan result, 1)
	var once sync.Once
	trace := lock.Trace{Waiting: func(string) { once.Do(func() { close(waits) }) }, User: lock.User{Target: "//test:waiter"}}
	go func() {
		held, err := locker.Acquire(lock.WithTrace(ctx, trace), needs)
		got <- result{held, err}
	}()
	await(t, waits, "the request waits")
	return got
}

// await fails the test if something takes too long.
func await[T any](t *testing.T, what <-chan T, name string) T {
	t.Helper()
	select {
	case got := <-what:
		return got
	case <-time.After(patience):
		t.Fatalf("after %v it is not so that %s", patience, name)
		panic("unreachable")
	}
}

// mustGet waits until a request is granted.
func mustGet(t *testing.T, got <-chan result) lock.Held {
	t.Helper()
	r := await(t, got, "the request is granted")
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.held
}

// metric returns the value of a metric of a member, over all its labels.
func metric(t *testing.T, m *etcdtest.Member, name string) float64 {
	t.Helper()
	answer, err := http.Get(m.Endpoint() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	sum, found := 0.0, false
	for line := range strings.Lines(string(text)) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if series, _, _ = strings.Cut(series, "{"); series != name {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum, found = sum+n, true
	}
	if !found {
		t.Fatalf("there is no metric %s", name)
	}
	return sum
}
