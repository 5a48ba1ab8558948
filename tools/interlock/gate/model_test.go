package gate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate/fakecluster"
	"pgregory.net/rapid"
)

// model is what the gate may have done, in a few lines: an action takes its groups in the order of
// their keys, waits for each in a queue, and keeps what it has.
type model struct {
	used    map[string]int // units, and shares, of each group
	queues  map[string][]*modelAction
	has     map[string]int // how many of its groups an action has, by its name
	running []string
	begun   []string
}

type modelAction struct {
	name  string
	needs needs // in order
}

func newModel() *model {
	return &model{used: map[string]int{}, queues: map[string][]*modelAction{}, has: map[string]int{}}
}

func (m *model) clone() *model {
	c := &model{used: maps.Clone(m.used), queues: map[string][]*modelAction{}, has: maps.Clone(m.has)}
	for key, queue := range m.queues {
		c.queues[key] = slices.Clone(queue)
	}
	c.running, c.begun = slices.Clone(m.running), slices.Clone(m.begun)
	return c
}

// seen is what can be seen of a state: which actions have begun, and how many wait for each group.
func (m *model) seen() string {
	waiting := map[string]int{}
	for key, queue := range m.queues {
		waiting[key] = len(queue)
	}
	return describe(m.begun, waiting)
}

func describe(begun []string, waiting map[string]int) string {
	text := fmt.Sprintf("%q have begun;", slices.Sorted(slices.Values(begun)))
	for _, key := range slices.Sorted(maps.Keys(waiting)) {
		if waiting[key] > 0 {
			text += fmt.Sprintf(" %d wait for %s;", waiting[key], key)
		}
	}
	return text
}

// ask queues an action for its next group, or starts it.
func (m *model) ask(a *modelAction) {
	if m.has[a.name] == len(a.needs) {
		m.running, m.begun = append(m.running, a.name), append(m.begun, a.name)
		return
	}
	key := a.needs[m.has[a.name]].Key
	m.queues[key] = append(m.queues[key], a)
}

// ready are the groups whose first waiter can have what it waits for.
func (m *model) ready() (keys []string) {
	for key, queue := range m.queues {
		if len(queue) > 0 && m.isFree(queue[0].needs[m.has[queue[0].name]]) {
			keys = append(keys, key)
		}
	}
	return keys
}

// serve gives the first waiter of a queue what it waits for.
func (m *model) serve(key string) {
	first := m.queues[key][0]
	m.queues[key] = m.queues[key][1:]
	m.take(first.needs[m.has[first.name]], 1)
	m.has[first.name]++
	m.ask(first)
}

// settled returns the states in which nobody can have anything more. If two groups become free at
// the same moment, those that wait for them may come to a third one in either order.
func (m *model) settled(into map[string]*model) {
	ready := m.ready()
	if len(ready) == 0 {
		into[fmt.Sprint(m.seen(), m.has, m.queues)] = m
	}
	for _, key := range ready {
		next := m.clone()
		next.serve(key)
		next.settled(into)
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
	for _, n := range a.needs[:m.has[a.name]] {
		m.take(n, -1)
	}
	m.running = slices.DeleteFunc(m.running, func(name string) bool { return name == a.name })
}

// models are the states that are possible, by all that was seen.
type models []*model

// after returns the states that are possible after a step.
func (all models) after(step func(*model)) (next models) {
	states := map[string]*model{}
	for _, m := range all {
		changed := m.clone()
		step(changed)
		changed.settled(states)
	}
	return slices.Collect(maps.Values(states))
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
		possible := models{newModel()}
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
				if slices.Contains(possible[0].running, a.name) && rapid.Bool().Draw(rt, "ends") {
					c.End(a.name)
				} else {
					streams[a.name].cancel()
				}
				possible = possible.after(func(m *model) { m.remove(a) })
				defer c.End(a.name) // the cluster goes on with what a client has cancelled
			} else {
				a := &modelAction{name: fmt.Sprintf("round %d step %d", round, step), needs: anyNeedsOf(capacities).Draw(rt, "needs")}
				slices.SortFunc(a.needs, func(x, y need) int { return cmp.Compare(x.Key, y.Key) })
				client := executionAt(t, rapid.SampledFrom(gates).Draw(rt, "gate").address)
				streams[a.name] = run(t, client, c.Action(a.name, holding(a.needs.text())))
				actions = append(actions, a)
				possible = possible.after(func(m *model) { m.ask(a) })
			}
			possible = possible.awaited(rt, space, c, fmt.Sprintf("round %d ", round))
		}
	})
}

// awaited waits until the cluster and the queues are in one of the states, and returns those that
// look like that. It knows the actions of a round by their prefix.
func (all models) awaited(t *rapid.T, space coordinator.Config, c *fakecluster.Cluster, prefix string) (fit models) {
	t.Helper()
	space.Namespace = gateNamespace(space.Namespace)
	seen := ""
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(2 * time.Millisecond) {
		groups, err := cluster.Read(context.Background(), space)
		if err != nil {
			t.Fatal(err)
		}
		waiting := map[string]int{}
		for _, g := range groups {
			waiting[g.Key] = len(g.Queue)
		}
		begun, _ := c.Started(context.Background(), 0)
		begun = slices.DeleteFunc(slices.Clone(begun), func(name string) bool { return !strings.HasPrefix(name, prefix) })
		seen = describe(begun, waiting)
		if fit = slices.DeleteFunc(slices.Clone(all), func(m *model) bool { return m.seen() != seen }); len(fit) > 0 {
			return fit
		}
	}
	t.Fatalf("%s but not: %s", seen, all[0].seen())
	return nil
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
