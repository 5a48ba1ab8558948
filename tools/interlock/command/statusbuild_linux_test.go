package command

import (
	"context"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build/buildtest"
	"github.com/interlock-build/rules_interlock/internal/lock/notice"
)

// Another process sees the holder and the waiter of a group of scope build, although it does not
// know the locks.
func TestStatusOfABuild(t *testing.T) {
	groups := []group.Group{{Label: "//r:db", Name: "db", Scope: group.Build, Definition: group.Definition{Capacity: 2}}}
	base := buildtest.New(t, groups)
	base.Open()
	acquire := func(ctx context.Context, name string, weight int) (lock.Held, error) {
		locker := notice.New(base.Locker(buildtest.Configuration), groups, notice.NewPublisher(func(err error) { t.Error(err) }))
		user := lock.User{Target: "//a:x_test", Case: name}
		return locker.Acquire(lock.WithTrace(ctx, lock.Trace{User: user}), []group.Need{{Group: groups[0].Label, Weight: weight}})
	}
	held, err := acquire(t.Context(), "TestHolder", 1)
	if err != nil {
		t.Fatal(err)
	}
	// Other tests of the machine may have groups of the same name.
	ofThis := func(g Group) bool { return strings.HasPrefix(g.Identity, base.Dir) }
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error)
	go func() { _, err := acquire(ctx, "TestWaiter", 2); gaveUp <- err }()
	g := awaitStatus(t, "", "build", ofThis, func(g Group) bool { return len(g.Holders) == 1 && len(g.Queue) == 1 })
	if h := g.Holders[0]; g.Label != "//r:db" || g.Capacity != 2 || h.Case != "TestHolder" || h.Target != "//a:x_test" || len(h.Slots) != 1 {
		t.Errorf("the group is %+v", g)
	}
	if w := g.Queue[0]; w.Case != "TestWaiter" || w.Weight != 2 {
		t.Errorf("the waiter is %+v", w)
	}
	cancel()
	<-gaveUp
	held.Release()
	awaitStatus(t, "", "build", ofThis, func(g Group) bool { return g.Label == "" })
}
