package gate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
	"pgregory.net/rapid"
)

// model is what the gate should do, in a few lines: an action takes its groups in the order of
// their keys, waits for each in a queue, and keeps what it has.
type model struct {
	used    map[string]int // units, and shares, of each group
	queues  map[string][]*modelAction
	running []string
	begun   []string
}

type modelAction struct {
	name  string
	needs needs // in order
	has   int   // of them
}

// add is a new action.
func (m *model) add(a *modelAction) {
	slices.SortFunc(a.needs, func(x, y need) int { return cmp.Compare(x.Key, y.Key) })
	m.ask(a)
	m.settle()
}

// ask queues an action for its next group, or starts it.
func (m *model) ask(a *modelAction) {
	if a.has == len(a.needs) {
		m.running, m.begun = append(m.running, a.name), append(m.begun, a.name)
		return
	}
	key := a.needs[a.has].Key
	m.queues[key] = append(m.queues[key], a)
}

// settle lets the first of each queue have what it waits for, until nothing changes.
func (m *model) settle() {
	for changed := true; changed; {
		changed = false
		for key, queue := range m.queues {
			if len(queue) > 0 && m.isFree(queue[0].needs[queue[0].has]) {
				m.queues[key] = queue[1:]
				m.take(queue[0].needs[queue[0].has], 1)
				queue[0].has++
				m.ask(queue[0])
				changed = true
			}
		}
	}
}

// isFree reports whether a group has what is needed.
func (m *model) isFree(n need) bool {
	used, shares := m.used["units "+n.Key], m.used["shares "+n.Key]
	if n.Shared {
		return used == 0
	}
	return shares == 0 && used+n.Units <= n.Capacity
}

func (m *model) take(n need, sign int) {
	if n.Shared {
		m.used["shares "+n.Key] += sign
	} else {
		m.used["units "+n.Key] += sign * n.Units
	}
}

// remove ends an action, wherever it is.
func (m *model) remove(a *modelAction) {
	for key, queue := range m.queues {
		m.queues[key] = slices.DeleteFunc(slices.Clone(queue), func(other *modelAction) bool { return other == a })
	}
	for _, n := range a.needs[:a.has] {
		m.take(n, -1)
	}
	m.running = slices.DeleteFunc(m.running, func(name string) bool { return name == a.name })
	m.settle()
}

// Whatever comes, ends and is cancelled, in whatever order, at two copies: those actions run that
// the model lets run, and as many wait for each group.
func TestModel(t *testing.T) {
	capacities := map[string]int{"a": 1, "b": 2, "c": 3}
	space, c := newSpace(t, commonEtcd(t)), newCluster(t)
	gates := []*running{startGate(t, space, c.Address), startGate(t, space, c.Address)}
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		m := &model{used: map[string]int{}, queues: map[string][]*modelAction{}}
		streams, actions := map[string]*asked{}, []*modelAction{}
		defer func() {
			for _, a := range actions {
				streams[a.name].cancel()
				c.End(a.name)
			}
			for key := range capacities {
				awaitUse(t, space, "nobody is there", key, func(holders, waiters int) bool { return holders+waiters == 0 })
			}
		}()
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			if len(actions) > 0 && rapid.IntRange(0, 2).Draw(rt, "what") == 0 {
				at := rapid.IntRange(0, len(actions)-1).Draw(rt, "which")
				a := actions[at]
				actions = slices.Delete(actions, at, at+1)
				if slices.Contains(m.running, a.name) && rapid.Bool().Draw(rt, "ends") {
					c.End(a.name)
				} else {
					streams[a.name].cancel()
				}
				m.remove(a)
				defer c.End(a.name) // the cluster goes on with what a client has cancelled
			} else {
				a := &modelAction{name: fmt.Sprintf("round %d step %d", round, step), needs: anyNeedsOf(capacities).Draw(rt, "needs")}
				client := executionAt(t, rapid.SampledFrom(gates).Draw(rt, "gate").address)
				streams[a.name] = run(t, client, c.Action(a.name, holding(a.needs.text())))
				actions = append(actions, a)
				m.add(a)
			}
			for key := range capacities {
				awaitWaiting(t, space, key, len(m.queues[key]))
			}
			compare(rt, m.begun, c, fmt.Sprintf("round %d ", round))
		}
	})
}

// compare waits until the cluster has begun what it should have, of the actions with a prefix.
func compare(t *rapid.T, want []string, c *fakecluster.Cluster, prefix string) {
	t.Helper()
	var begun []string
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		all, _ := c.Started(context.Background(), 0)
		begun = slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !strings.HasPrefix(name, prefix) })
		if len(begun) >= len(want) {
			break
		}
	}
	want = slices.Sorted(slices.Values(want))
	slices.Sort(begun)
	if !slices.Equal(begun, want) {
		t.Fatalf("these have begun: %q, want %q", begun, want)
	}
}

func anyNeedsOf(capacities map[string]int) *rapid.Generator[needs] {
	return rapid.Custom(func(t *rapid.T) needs {
		var all needs
		for _, key := range []string{"c", "a", "b"} {
			n := need{Key: key, Capacity: capacities[key]}
			switch rapid.IntRange(0, 3).Draw(t, key) {
			case 0, 1:
				continue
			case 2:
				n.Shared = true
			case 3:
				n.Units = rapid.IntRange(1, n.Capacity).Draw(t, "units")
			}
			all = append(all, n)
		}
		if all == nil {
			all = needs{{Key: "a", Capacity: capacities["a"], Units: 1}}
		}
		return all
	})
}
