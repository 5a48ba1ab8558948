package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// guarded are the groups that a fenced resource belongs to. They have one user at a time, so that
// the tokens of their users rise.
var guarded = []string{"db", "disk", "mail"}

// groups are the groups that cases use, by name, in each output base.
var groups = map[string]check.Group{
	"db":    {Capacity: 1},
	"disk":  {Capacity: 1},
	"mail":  {Capacity: 1},
	"pg":    {Capacity: 2, Instances: []string{"pg0", "pg1"}},
	"api":   {Capacity: 3},
	"pool":  {Capacity: 1},
	"calls": {Capacity: 4, Rate: 6, Window: 2 * time.Second},
}

// allGroups returns the groups of all output bases.
func allGroups() map[string]check.Group {
	all := map[string]check.Group{}
	for name, g := range groups {
		all[name], all[in(1, name)] = g, g
	}
	return all
}

// goCases are the tests of the binary with several cases.
var goCases = []string{"TestA", "TestB", "TestC", "TestD", "TestE", "TestF", "TestG", "TestH"}

// aroundGoCases is the name that a runner gives to what is around them.
const aroundGoCases = "TestMain"

// Frameworks of the runner.
const (
	execFramework = "exec"
	goFramework   = "go"
)

// workload is what one runner has to do.
type workload struct {
	framework string
	workers   int
	orders    casework.Orders
}

// pace is how long cases take.
type pace struct {
	// most is the longest usual duration.
	most time.Duration
	// long is the duration of one in 20 users of a guarded group; 0 if none takes long.
	long time.Duration
}

// newWorkload draws a workload.
func newWorkload(random *rand.Rand, p pace) workload {
	if random.IntN(2) == 0 {
		return workload{framework: execFramework, workers: 1, orders: casework.Orders{casework.Program: newOrder(random, p)}}
	}
	w := workload{framework: goFramework, workers: 1 + random.IntN(3), orders: casework.Orders{}}
	for _, name := range goCases {
		w.orders[name] = newOrder(random, p)
	}
	return w
}

// newOrder draws what a case does: it uses one group, or sometimes two. A group that may be used
// for long is used alone, so that nobody waits for it while holding something else.
func newOrder(random *rand.Rand, p pace) casework.Order {
	first, second := newUse(random), newUse(random)
	order := casework.Order{Takes: campaign.UpTo(p.most, random), Uses: []caselog.Use{first}}
	both, long := random.IntN(3) == 0, random.IntN(20) == 0
	switch random.IntN(8) {
	case 0:
		order.Helper = casework.Child
	case 1:
		order.Helper = casework.Daemon
	}
	if isGuarded(first) {
		order.Guarded = first.Group
		if p.long > 0 && long {
			order.Takes = p.long
		}
	}
	if both && first.Group != second.Group && (p.long == 0 || !isGuarded(first) && !isGuarded(second)) {
		order.Uses = append(order.Uses, second)
	}
	return order
}

func isGuarded(u caselog.Use) bool { return slices.Contains(guarded, u.Group) }

func newUse(random *rand.Rand) caselog.Use {
	switch n := random.IntN(20); {
	case n < 6:
		return caselog.Use{Group: guarded[random.IntN(len(guarded))], Weight: 1}
	case n < 10:
		return caselog.Use{Group: "pg", Weight: 1}
	case n < 14:
		return caselog.Use{Group: "api", Weight: 1 + random.IntN(3)}
	case n < 18:
		return caselog.Use{Group: "pool", Weight: 1, Shared: true}
	case n < 19:
		return caselog.Use{Group: "pool", Weight: 1}
	}
	return caselog.Use{Group: "calls", Weight: 1}
}

// rateOf returns the rate of a group in the form of a manifest; empty if it has none.
func rateOf(g check.Group) string {
	if g.Rate == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%ds", g.Rate, g.Window/time.Second)
}
