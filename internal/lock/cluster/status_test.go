package cluster_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
)

// Holders and waiters are known to everybody, but not for longer than they hold or wait.
func TestStatus(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	locker := cluster.NewAt(dbGroups, config)
	holder := lock.User{Target: "//test:holder", Case: "TestX"}
	held, err := locker.Acquire(lock.WithTrace(t.Context(), lock.Trace{User: holder}), exclusive(port, 2))
	if err != nil {
		t.Fatal(err)
	}
	got := startWaiting(t.Context(), t, locker, shared(port))
	awaitQueue(t, config.Namespace, 1)

	groups, err := cluster.Read(t.Context(), config)
	if err != nil || len(groups) != 1 {
		t.Fatalf("%+v, %v", groups, err)
	}
	g := groups[0]
	if g.Key != "test/port" || g.Definition == nil || g.Definition.Capacity != 3 {
		t.Errorf("the group is %s with %v", g.Key, g.Definition)
	}
	if len(g.Holders) != 1 || !isUser(g.Holders[0].User, holder) || !slices.Equal(g.Holders[0].Grant.Slots, []int{0, 1}) ||
		g.Holders[0].Grant.Fence != held.Grants()[port].Fence || g.Holders[0].Weight != 2 {
		t.Errorf("the holders are %+v", g.Holders)
	}
	if len(g.Queue) != 1 || g.Queue[0].User.Target != "//test:waiter" || g.Queue[0].Mode != group.Shared {
		t.Errorf("the queue is %+v", g.Queue)
	}

	inspector := locker.(lock.Inspector)
	if users := inspector.Holders(port); len(users) != 1 || !isUser(users[0], holder) {
		t.Errorf("the holders are %+v", users)
	}
	if !inspector.Wanted(port, 0) || inspector.Wanted(db, 0) {
		t.Error("it is not known what is waited for")
	}
	held.Release()
	mustGet(t, got).Release()
	if users := inspector.Holders(port); len(users) != 0 || inspector.Wanted(port, 0) {
		t.Errorf("after the end the holders are %+v", users)
	}
	if groups, err := cluster.Read(t.Context(), config); err != nil || len(groups) != 0 {
		t.Errorf("after the end there is %+v, %v", groups, err)
	}
}

// isUser reports whether got is want, since a moment ago.
func isUser(got, want lock.User) bool {
	return got.Target == want.Target && got.Case == want.Case && time.Since(got.Since).Abs() < patience
}

// A process that disagrees is told with whom.
func TestDisagreementIsNamed(t *testing.T) {
	config := newSpace(t, commonCluster(t))
	user := lock.User{Target: "//test:theirs", Case: "TestX"}
	held, err := cluster.NewAt(dbGroups, config).Acquire(lock.WithTrace(t.Context(), lock.Trace{User: user}), exclusive(db, 1))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	ours := slices.Clone(dbGroups)
	ours[0].Capacity = 2
	_, err = cluster.NewAt(ours, config).Acquire(t.Context(), exclusive(db, 1))
	var disagreement *lock.DisagreementError
	if !errors.As(err, &disagreement) || !strings.HasPrefix(disagreement.Theirs, "capacity 1 (TestX of //test:theirs since ") {
		t.Errorf("error %v", err)
	}
}
