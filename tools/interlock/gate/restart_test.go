package gate

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A gate that stops hands over what waits and what runs: clients are told to ask again, and go on
// at another copy with their places.
func TestStop(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	old, other := startGate(t, space, c.Address), startGate(t, space, c.Address)
	handOver(t, space, func() (repb.ExecutionClient, repb.ExecutionClient) {
		return executionAt(t, old.address), executionAt(t, other.address)
	}, old.stop, c)
}

// A gate that is killed does so too: its places live as long as its lease.
func TestKill(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	old, other := startProcess(t, space, c.Address), startGate(t, space, c.Address)
	handOver(t, space, func() (repb.ExecutionClient, repb.ExecutionClient) {
		return executionAt(t, old.address), executionAt(t, other.address)
	}, old.kill, c)
}

// fakeCluster is what handOver needs of a cluster.
type fakeCluster interface {
	Action(name string, variables map[string]string) *repb.Digest
	End(name string)
	Started(ctx context.Context, n int) ([]string, error)
}

// handOver lets three actions run or wait at the first gate and one at the second, ends the first
// gate, and goes on with all of them at the second.
func handOver(t *testing.T, space coordinator.Config, clients func() (first, second repb.ExecutionClient), end func(), c fakeCluster) {
	t.Helper()
	first, second := clients()
	names := []string{"runs", "waits", "waits longer", "comes last"}
	var all []*asked
	for i, name := range names {
		client := first
		if i == 3 {
			client = second
		}
		a := run(t, client, c.Action(name, holding(oneOfDB)))
		a.nextIn(map[bool]repb.ExecutionStage_Value{true: repb.ExecutionStage_EXECUTING, false: repb.ExecutionStage_QUEUED}[i == 0])
		awaitUse(t, space, "it is there", "acme/db", func(holders, waiters int) bool { return holders == 1 && waiters == i })
		all = append(all, a)
	}
	end()
	for i := range 3 {
		if err := all[i].failed(); status.Code(err) != codes.Unavailable {
			t.Errorf("%s: error %v", names[i], err)
		}
		all[i] = goOn(t, second, all[i].name)
	}
	all[0].nextIn(repb.ExecutionStage_EXECUTING)
	time.Sleep(2 * ttl) // the lease of the first gate is over by then
	for i, name := range names {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		started, err := c.Started(ctx, i+1)
		cancel()
		if err != nil || !slices.Equal(started, names[:i+1]) {
			t.Fatalf("%q have started, %v", started, err)
		}
		awaitUse(t, space, "one has it", "acme/db", func(holders, waiters int) bool { return holders == 1 && waiters == 3-i })
		c.End(name)
		all[i].finish()
	}
	awaitUse(t, space, "nobody has it", "acme/db", func(holders, waiters int) bool { return holders+waiters == 0 })
}

// A client goes on at the same address when its only gate was started again, even if it has heard
// of the operation only that it waits and the cluster carries it out by now.
func TestForwardedUnderAnOldName(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	old := startGate(t, space, c.Address)
	client := executionAt(t, old.address)
	run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	a := run(t, client, c.Action("second", holding(oneOfDB)))
	name := a.nextIn(repb.ExecutionStage_QUEUED).GetName()
	c.End("first")
	a.nextIn(repb.ExecutionStage_EXECUTING)
	old.stop()
	a = goOn(t, executionAt(t, startGate(t, space, c.Address).address), name)
	a.nextIn(repb.ExecutionStage_EXECUTING)
	c.End("second")
	a.finish()
	if started := mustStart(t, c, 2); len(started) != 2 {
		t.Errorf("%q have started", started)
	}
}

// Requests that no gate can go on with have a moment to end when the gate stops.
func TestStopLetsOthersEnd(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	a := run(t, executionAt(t, g.address), c.Action("a", nil))
	a.nextIn(repb.ExecutionStage_EXECUTING)
	stopped := make(chan struct{})
	go func() { defer close(stopped); g.stop() }()
	time.Sleep(200 * time.Millisecond)
	c.End("a")
	a.finish()
	<-stopped
}

// process is a gate in a process of its own.
type process struct {
	address string
	kill    func()
}

// processVariable has what a process needs to be a gate.
const processVariable = "GATE_TEST"

type processConfig struct {
	Space  coordinator.Config
	Target string
}

func init() {
	serveIfAsked = func() {
		text := os.Getenv(processVariable)
		if text == "" {
			return
		}
		if err := serveAs(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func serveAs(text string) error {
	var p processConfig
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	server, err := New(Config{
		Coordinator: p.Space, Patience: 5 * time.Second, LongestWait: time.Hour, ttl: p.Space.TTL,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	}, p.Target, nil)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // with its parent
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return server.Serve(ctx, listener, nil)
}

// startProcess starts a gate in a process of its own, which ends with the test.
func startProcess(t testing.TB, space coordinator.Config, target string) process {
	t.Helper()
	text, err := json.Marshal(processConfig{space, target})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), processVariable+"="+string(text))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = command.Process.Kill(); _ = command.Wait() })
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return process{strings.TrimSpace(address), func() { _ = command.Process.Kill(); _, _ = command.Process.Wait() }}
}
