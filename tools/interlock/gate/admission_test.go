package gate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Actions go to executors in the order in which they came, one at a time, and hear that they wait.
func TestFirstComeFirstServed(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	g := startGate(t, space, c.Address)
	client := executionAt(t, g.address)
	var names []string
	var all []*asked
	for i := range 6 {
		name := fmt.Sprint("action", i)
		names = append(names, name)
		all = append(all, run(t, client, c.Action(name, holding(oneOfDB))))
		awaitUse(t, space, "it is there", "acme/db", func(holders, waiters int) bool { return holders == 1 && waiters == i })
	}
	for i, name := range names {
		if started := mustStart(t, c, i+1); !slices.Equal(started, names[:i+1]) {
			t.Fatalf("%q have started", started)
		}
		mustNotStart(t, c, i+1)
		c.End(name)
		all[i].finish()
	}
	awaitUse(t, space, "nobody has it", "acme/db", func(holders, waiters int) bool { return holders+waiters == 0 })
}

// Two copies of the gate have one queue.
func TestTwoGates(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	clients := []repb.ExecutionClient{
		executionAt(t, startGate(t, space, c.Address).address), executionAt(t, startGate(t, space, c.Address).address),
	}
	var names []string
	for i := range 6 {
		names = append(names, fmt.Sprint("action", i))
		run(t, clients[i%2], c.Action(names[i], holding(oneOfDB)))
		awaitUse(t, space, "it is there", "acme/db", func(holders, waiters int) bool { return holders == 1 && waiters == i })
	}
	for i, name := range names {
		if started := mustStart(t, c, i+1); !slices.Equal(started, names[:i+1]) {
			t.Fatalf("%q have started", started)
		}
		mustNotStart(t, c, i+1)
		c.End(name)
	}
}

// Weights count, and nobody overtakes the first that waits.
func TestWeights(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address).address)
	run(t, client, c.Action("heavy", holding(threeOf4)))
	mustStart(t, c, 1)
	run(t, client, c.Action("light", holding(oneOf4)))
	mustStart(t, c, 2)
	run(t, client, c.Action("second heavy", holding(threeOf4)))
	awaitWaiting(t, space, "acme/llm", 1)
	run(t, client, c.Action("second light", holding(oneOf4)))
	awaitWaiting(t, space, "acme/llm", 2)
	c.End("light")
	mustNotStart(t, c, 2)
	c.End("heavy")
	mustStart(t, c, 4) // side by side, so in any order
}

// Those that share run beside one another, and not beside others.
func TestShared(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address).address)
	for i := range 3 {
		run(t, client, c.Action(fmt.Sprint("reader", i), holding(sharedDB)))
	}
	mustStart(t, c, 3)
	run(t, client, c.Action("writer", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 1)
	for i := range 3 {
		mustNotStart(t, c, 3)
		c.End(fmt.Sprint("reader", i))
	}
	mustStart(t, c, 4)
	c.End("writer")
}

// An action that needs two groups goes when it has both, and two such actions do not block one
// another.
func TestTwoGroups(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address).address)
	run(t, client, c.Action("db", holding(oneOfDB)))
	run(t, client, c.Action("llm", holding(oneOf4)))
	mustStart(t, c, 2)
	both := run(t, client, c.Action("both", holding(dbAndLLM)))
	both.nextIn(repb.ExecutionStage_QUEUED)
	c.End("db")
	mustNotStart(t, c, 2)
	run(t, client, c.Action("both too", holding(`[{"key":"acme/llm","capacity":4,"units":1},{"key":"acme/db","capacity":1,"units":1}]`)))
	c.End("llm")
	mustStart(t, c, 3)
	mustNotStart(t, c, 3)
	c.End("both")
	mustStart(t, c, 4)
	c.End("both too")
	for _, key := range []string{"acme/db", "acme/llm"} {
		awaitUse(t, space, "nobody has it", key, func(holders, waiters int) bool { return holders+waiters == 0 })
	}
}

// The client hears that its action waits, again and again, at intervals that grow.
func TestUpdates(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address).address)
	run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	a := run(t, client, c.Action("second", holding(oneOfDB)))
	a.nextIn(repb.ExecutionStage_QUEUED)
	begun := time.Now()
	var after []time.Duration
	for range 4 {
		message := a.next()
		if stageOf(t, message) != repb.ExecutionStage_QUEUED {
			t.Fatalf("%v", message)
		}
		after = append(after, time.Since(begun))
	}
	// 20, 40, 80 and 160 ms
	if after[3] < 200*time.Millisecond || after[3]-after[2] < 2*(after[1]-after[0]) {
		t.Errorf("messages came after %v", after)
	}
	c.End("first")
	a.nextIn(repb.ExecutionStage_EXECUTING)
}

// A client that cancels makes room at once, whether its action waits or runs.
func TestCancel(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address, func(c *Config) { c.linger = time.Hour }).address)
	first := run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	second := run(t, client, c.Action("second", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 1)
	run(t, client, c.Action("third", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 2)
	second.cancel()
	awaitWaiting(t, space, "acme/db", 1)
	if err := second.failed(); status.Code(err) != codes.Canceled {
		t.Errorf("error %v", err)
	}
	first.cancel()
	if started := mustStart(t, c, 2); started[1] != "third" {
		t.Errorf("%q have started", started)
	}
}

// A client whose connection breaks has a moment to ask again, and keeps its place.
func TestBrokenConnection(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	g := startGate(t, space, c.Address)
	client := executionAt(t, g.address)
	run(t, client, c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	broken := connection(t, g.address)
	a := run(t, repb.NewExecutionClient(broken), c.Action("second", holding(oneOfDB)))
	name := a.nextIn(repb.ExecutionStage_QUEUED).GetName()
	awaitWaiting(t, space, "acme/db", 1)
	run(t, client, c.Action("third", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 2)
	_ = broken.Close()
	a = goOn(t, client, name)
	a.nextIn(repb.ExecutionStage_QUEUED)
	time.Sleep(1500 * time.Millisecond) // longer than the gate lingers
	awaitWaiting(t, space, "acme/db", 2)
	c.End("first")
	if started := mustStart(t, c, 2); started[1] != "second" {
		t.Errorf("%q have started", started)
	}
	mustNotStart(t, c, 2)
	c.End("second")
	a.finish()
	mustStart(t, c, 3)
}

// A client that never asks again loses its place after a while.
func TestVanishedClient(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	g := startGate(t, space, c.Address)
	broken := connection(t, g.address)
	run(t, repb.NewExecutionClient(broken), c.Action("first", holding(oneOfDB)))
	mustStart(t, c, 1)
	run(t, repb.NewExecutionClient(broken), c.Action("second", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 1)
	run(t, executionAt(t, g.address), c.Action("third", holding(oneOfDB)))
	awaitWaiting(t, space, "acme/db", 2)
	_ = broken.Close()
	for _, name := range mustStart(t, c, 2)[1:] {
		c.End(name) // the second one, if it got its turn meanwhile
	}
	awaitUse(t, space, "at most the third one is there", "acme/db", func(holders, waiters int) bool { return waiters == 0 })
}

// With ahead, one action more goes to an executor than the group has units.
func TestAhead(t *testing.T) {
	c := newCluster(t)
	space := newSpace(t, commonEtcd(t))
	client := executionAt(t, startGate(t, space, c.Address, func(c *Config) { c.Ahead = 1 }).address)
	for i := range 3 {
		run(t, client, c.Action(fmt.Sprint("action", i), holding(oneOfDB)))
	}
	mustStart(t, c, 2)
	mustNotStart(t, c, 2)
}

// An action does not wait for longer than the longest wait.
func TestLongestWait(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address, func(c *Config) { c.LongestWait = 300 * time.Millisecond })
	client := executionAt(t, g.address)
	for i := range 2 {
		run(t, client, c.Action(fmt.Sprint("action", i), holding(oneOfDB)))
	}
	mustStart(t, c, 2)
	if g.log.count("waited for too long") != 1 {
		t.Errorf("the log is %q", g.log.lines)
	}
}

// Two that disagree about a group both go, and the log says so.
func TestDisagreement(t *testing.T) {
	c := newCluster(t)
	g := startGate(t, newSpace(t, commonEtcd(t)), c.Address)
	client := executionAt(t, g.address)
	run(t, client, c.Action("one", holding(oneOfDB)))
	mustStart(t, c, 1)
	run(t, client, c.Action("other", holding(`[{"key":"acme/db","capacity":2,"units":2}]`)))
	mustStart(t, c, 2)
	if g.log.count("capacity 2") != 1 {
		t.Errorf("the log is %q", g.log.lines)
	}
}
