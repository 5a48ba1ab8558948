package register

import (
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Who asks for several groups is told of each when it has that, and not only of all.
func TestAcquiredGroupsAreTold(t *testing.T) {
	places := map[string]Place{}
	groups := []group.Group{
		{Label: "//:a", Name: "a", Scope: group.Build, Definition: group.Definition{Capacity: 1}},
		{Label: "//:b", Name: "b", Scope: group.Build, Definition: group.Definition{Capacity: 1}},
	}
	for _, g := range groups {
		places[g.Label] = newPlace(t)
	}
	locker := New(groups, func(g group.Group) (Place, error) { return places[g.Label], nil })
	a, b := group.Need{Group: "//:a", Weight: 1}, group.Need{Group: "//:b", Weight: 1}
	holder := mustAcquire(t, locker, b)
	told := make(chan string, 2)
	ctx := lock.WithTrace(patient(t), lock.Trace{Acquired: func(label string) { told <- label }})
	done := make(chan lock.Held, 1)
	go func() {
		held, err := locker.Acquire(ctx, []group.Need{a, b})
		if err != nil {
			t.Error(err)
		}
		done <- held
	}()
	if label := receive(t, told, "the first group"); label != "//:a" {
		t.Errorf("told of %s", label)
	}
	select {
	case label := <-told:
		t.Errorf("told of %s, which somebody else holds", label)
	case <-time.After(100 * time.Millisecond):
	}
	holder.Release()
	if label := receive(t, told, "the second group"); label != "//:b" {
		t.Errorf("told of %s", label)
	}
	receive(t, done, "both").Release()
}
