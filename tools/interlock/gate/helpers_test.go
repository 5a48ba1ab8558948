package gate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	longrunning "cloud.google.com/go/longrunning/autogen/longrunningpb"
	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
)

// serveIfAsked is the body of a process that startProcess starts.
var serveIfAsked = func() {}

func TestMain(m *testing.M) {
	etcdtest.Main()
	serveIfAsked()
	code := m.Run()
	if common.etcd != nil {
		common.etcd.Close()
		_ = os.RemoveAll(common.dir)
	}
	os.Exit(code)
}

// patience is the limit for what takes a moment, on a busy machine.
const patience = time.Minute

// ttl is the time to live of leases in tests, the shortest possible.
const ttl = 2 * time.Second

// common is the etcd of all tests that do not harm it.
var common struct {
	once   sync.Once
	dir    string
	etcd   *etcdtest.Cluster
	err    error
	spaces atomic.Int32
}

func commonEtcd(t testing.TB) *etcdtest.Cluster {
	t.Helper()
	common.once.Do(func() {
		if common.dir, common.err = os.MkdirTemp("", "gate"); common.err == nil {
			common.etcd, common.err = etcdtest.Start(common.dir, etcdtest.Options{})
		}
	})
	if common.err != nil {
		t.Fatal(common.err)
	}
	return common.etcd
}

// newSpace returns a namespace of its own.
func newSpace(t testing.TB, etcd *etcdtest.Cluster) coordinator.Config {
	config := etcd.Coordinator()
	config.TTL = ttl
	config.Namespace = fmt.Sprintf("/test/%s/%d/", t.Name(), common.spaces.Add(1))
	return config
}

// newCluster returns a cluster that ends with the test.
func newCluster(t testing.TB) *fakecluster.Cluster {
	t.Helper()
	c, err := fakecluster.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// running is a gate that serves.
type running struct {
	*Server
	address string
	stop    func()
	log     *log
}

// log keeps what a gate says.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// count returns how many lines have a text in them.
func (l *log) count(text string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// startGate starts a gate that ends with the test.
func startGate(t testing.TB, space coordinator.Config, target string, change ...func(*Config)) *running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{address: listener.Addr().String(), log: &log{}}
	config := Config{
		Coordinator: space, Patience: 5 * time.Second, LongestWait: time.Hour, Log: r.log.add,
		linger: time.Second, firstUpdate: 20 * time.Millisecond, ttl: ttl,
	}
	for _, c := range change {
		c(&config)
	}
	if r.Server, err = New(config, target, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = r.Serve(ctx, listener, nil)
	}()
	r.stop = sync.OnceFunc(func() { cancel(); <-ended })
	t.Cleanup(r.stop)
	return r
}

// connection is a client's connection that ends with the test.
func connection(t testing.TB, address string) *grpc.ClientConn {
	t.Helper()
	c, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// asked is an Execute or a WaitExecution under way.
type asked struct {
	t      testing.TB
	cancel context.CancelFunc
	// messages are what it gets; closed when it has ended, with err.
	messages chan *longrunning.Operation
	err      error
	// name is that of the last message that next has returned.
	name string
}

func ask(t testing.TB, open func(context.Context) (answers, error)) *asked {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &asked{t: t, cancel: cancel, messages: make(chan *longrunning.Operation, 1000)}
	t.Cleanup(cancel)
	stream, err := open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(a.messages)
		for {
			message, err := stream.Recv()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					a.err = err
				}
				return
			}
			a.messages <- message
		}
	}()
	return a
}

func executionAt(t testing.TB, address string) repb.ExecutionClient {
	return repb.NewExecutionClient(connection(t, address))
}

// run asks for an action.
func run(t testing.TB, client repb.ExecutionClient, digest *repb.Digest) *asked {
	t.Helper()
	return ask(t, func(ctx context.Context) (answers, error) {
		return client.Execute(ctx, &repb.ExecuteRequest{ActionDigest: digest, InstanceName: "main"})
	})
}

// goOn asks for an operation by its name.
func goOn(t testing.TB, client repb.ExecutionClient, name string) *asked {
	t.Helper()
	return ask(t, func(ctx context.Context) (answers, error) {
		return client.WaitExecution(ctx, &repb.WaitExecutionRequest{Name: name})
	})
}

// next returns the next message.
func (a *asked) next() *longrunning.Operation {
	a.t.Helper()
	select {
	case message, ok := <-a.messages:
		if !ok {
			a.t.Fatalf("the stream has ended: %v", a.err)
		}
		a.name = message.GetName()
		return message
	case <-time.After(patience):
		a.t.Fatal("no message")
	}
	return nil
}

// nextIn returns the next message with a stage.
func (a *asked) nextIn(stage repb.ExecutionStage_Value) *longrunning.Operation {
	a.t.Helper()
	for {
		message := a.next()
		if message.GetDone() {
			a.t.Fatalf("the operation has ended, and never was %v", stage)
		}
		if stageOf(a.t, message) == stage {
			return message
		}
	}
}

func stageOf(t testing.TB, message *longrunning.Operation) repb.ExecutionStage_Value {
	t.Helper()
	var m repb.ExecuteOperationMetadata
	if err := message.GetMetadata().UnmarshalTo(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetStage()
}

// finish waits until the operation is done.
func (a *asked) finish() {
	a.t.Helper()
	for !a.next().GetDone() {
	}
}

// failed waits until the stream ends, and returns its error.
func (a *asked) failed() error {
	a.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case message, ok := <-a.messages:
			if !ok {
				return a.err
			}
			a.name = message.GetName()
		case <-timeout:
			a.t.Fatal("the stream does not end")
		}
	}
}

// holding returns the variable of a test that holds groups, and a text that tells actions apart.
func holding(text string) map[string]string { return map[string]string{Variable: text} }

const (
	oneOfDB   = `[{"key":"acme/db","capacity":1,"units":1}]`
	threeOf4  = `[{"key":"acme/llm","capacity":4,"units":3}]`
	oneOf4    = `[{"key":"acme/llm","capacity":4,"units":1}]`
	sharedDB  = `[{"key":"acme/db","capacity":1,"shared":true}]`
	dbAndLLM  = `[{"key":"acme/db","capacity":1,"units":1},{"key":"acme/llm","capacity":4,"units":4}]`
	malformed = `[{"key":"acme/db","capacity":0}]`
)

// awaitWaiting waits until so many actions have a ticket for a group of the gate.
func awaitWaiting(t testing.TB, space coordinator.Config, key string, n int) {
	t.Helper()
	awaitUse(t, space, fmt.Sprintf("%d wait for %s", n, key), key, func(holders, waiters int) bool { return waiters == n })
}

// awaitUse waits until a group of the gate has the right holders and waiters.
func awaitUse(t testing.TB, space coordinator.Config, what, key string, is func(holders, waiters int) bool) {
	t.Helper()
	space.Namespace = gateNamespace(space.Namespace)
	holders, waiters := 0, 0
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		groups, err := cluster.Read(t.Context(), space)
		if err != nil {
			t.Fatal(err)
		}
		holders, waiters = 0, 0
		for _, g := range groups {
			if g.Key == key {
				holders, waiters = len(g.Holders), len(g.Queue)
			}
		}
		if is(holders, waiters) {
			return
		}
	}
	t.Fatalf("it is not so that %s: %d hold it, and %d wait", what, holders, waiters)
}

// mustStart waits until n actions have started, and fails the test if one more starts soon after.
func mustStart(t testing.TB, c *fakecluster.Cluster, n int) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	started, err := c.Started(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// mustNotStart fails the test if an action starts within a moment beside n others.
func mustNotStart(t testing.TB, c *fakecluster.Cluster, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	if started, err := c.Started(ctx, n+1); err == nil {
		t.Fatalf("%q have started, want only %d of them", started, n)
	}
}

// buffer returns data for a frame.
func buffer(data []byte) mem.Buffer { return mem.SliceBuffer(data) }
