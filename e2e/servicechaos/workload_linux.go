package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
)

// builds is how many builds run at once.
const builds = 2

// group is a group with a setup.
type group struct {
	name     string
	capacity int
	// config is what its instances do. Its group is set for each build.
	config        instance.Config
	health, reset bool
	// idle and timeout are idle_timeout and setup_timeout, in seconds.
	idle, timeout int
}

// plan is what a round is about.
type plan struct {
	scope  string
	groups []group
	// shared says whether both builds have the same files and groups. Otherwise, in scope host, they
	// take one another's instances for outdated.
	shared bool
	// keeper says whether one is up from the start.
	keeper bool
	// calm says that faults are rare, so that instances go from one runner to the next.
	calm bool
	// runners is how many there are.
	runners int
}

func newPlan(random *rand.Rand) plan {
	p := plan{
		scope: []string{"build", "host"}[random.IntN(2)], keeper: random.IntN(4) > 0, runners: 8 + random.IntN(17), calm: random.IntN(2) == 0,
		groups: []group{newGroup("db", random)},
	}
	p.shared = p.scope == "host" && random.IntN(3) > 0
	if random.IntN(2) == 0 {
		p.groups = append(p.groups, newGroup("web", random))
	}
	return p
}

func newGroup(name string, random *rand.Rand) group {
	g := group{
		name: name, capacity: 1 + random.IntN(3), health: random.IntN(4) > 0, reset: random.IntN(4) > 0,
		idle: []int{1, 600, 600, 600}[random.IntN(4)], timeout: 6,
		config: instance.Config{
			Style: campaign.Pick(instance.Styles, random), Slow: time.Duration(random.IntN(150)) * time.Millisecond,
		},
	}
	if random.IntN(4) == 0 {
		g.config.Lingers = time.Duration(random.IntN(1500)) * time.Millisecond
	}
	// A server that is not waited for listens when its setup answers.
	if !g.health {
		g.config.Awaited = true
	}
	if random.IntN(6) == 0 {
		g.config.Fails = 30
	}
	if random.IntN(3) == 0 {
		g.config.Lie = campaign.Pick(instance.Lies, random)
	}
	if random.IntN(3) == 0 {
		g.config.Slip = campaign.Pick(instance.Slips, random)
	}
	return g
}

// mayFail reports whether the group may fail by itself.
func (g group) mayFail() bool {
	return g.config.Fails > 0 || g.health && (g.config.Lie == instance.Hangs || g.config.Lie == instance.Well)
}

// logged is what the log calls a group of a build.
func (p plan) logged(name string, build int) string {
	if p.scope == "host" {
		return name
	}
	return fmt.Sprintf("%s%d", name, build)
}

// files is the build whose files a build uses.
func (p plan) files(build int) int {
	if p.shared {
		return 0
	}
	return build
}

// Frameworks of the runner.
const (
	execFramework = "exec"
	goFramework   = "go"
)

// goCases are the tests of the binary with several cases.
var goCases = []string{"TestA", "TestB", "TestC", "TestD"}

// workload is what one runner has to do.
type workload struct {
	framework string
	workers   int
	build     int
	orders    casework.Orders
}

func (p plan) workload(random *rand.Rand) workload {
	w := workload{framework: execFramework, workers: 1, build: random.IntN(builds), orders: casework.Orders{}}
	names := []string{casework.Program}
	if random.IntN(2) == 0 {
		w.framework, w.workers, names = goFramework, 1+random.IntN(3), goCases
	}
	for _, name := range names {
		w.orders[name] = p.order(w.build, random)
	}
	return w
}

// order draws what a case does: it uses one group, or sometimes two.
func (p plan) order(build int, random *rand.Rand) casework.Order {
	order := casework.Order{Takes: time.Duration(10+random.IntN(120)) * time.Millisecond}
	if random.IntN(10) == 0 {
		order.Takes = time.Second
	}
	first := random.IntN(len(p.groups))
	for i, g := range p.groups {
		if i == first || random.IntN(4) == 0 {
			order.Uses = append(order.Uses, casework.Use{Group: p.logged(g.name, build), Name: g.name})
		}
	}
	return order
}
