package locktest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// A participant with another definition of a group than its users fails, holds nothing, and can
// have the group when the last user is gone.
func testAgreement(t *testing.T, impl Implementation) {
	agreed := group.Definition{Capacity: 2, Rate: group.Rate{Starts: 100, Window: time.Minute}, Instances: []string{"a", "b"}}
	for name, other := range map[string]group.Definition{
		"capacity":     {Capacity: 3, Rate: agreed.Rate, Instances: []string{"a", "b", "c"}},
		"rate":         {Capacity: 2, Rate: group.Rate{Starts: 99, Window: time.Minute}, Instances: agreed.Instances},
		"window":       {Capacity: 2, Rate: group.Rate{Starts: 100, Window: time.Hour}, Instances: agreed.Instances},
		"no rate":      {Capacity: 2, Instances: agreed.Instances},
		"instances":    {Capacity: 2, Rate: agreed.Rate, Instances: []string{"a", "c"}},
		"their order":  {Capacity: 2, Rate: agreed.Rate, Instances: []string{"b", "a"}},
		"no instances": {Capacity: 2, Rate: agreed.Rate},
		"setup":        {Capacity: 2, Rate: agreed.Rate, Instances: agreed.Instances, Started: true},
		"all of it":    {Capacity: 1},
	} {
		t.Run(name, func(t *testing.T) {
			open := impl.NewRivals(t)
			ours, theirs := open(portIs(agreed)), open(portIs(other))
			first, second := acquire(t, ours, exclusive(port, 1)), acquire(t, open(portIs(agreed)), exclusive(port, 1))
			mustDisagree(t, theirs, other, agreed)
			acquire(t, ours, exclusive(db, 1)).Release() // the refused one has kept nothing of it
			first.Release()
			mustDisagree(t, theirs, other, agreed)
			second.Release()
			last := acquire(t, theirs, exclusive(port, 1))
			mustDisagree(t, ours, agreed, other)
			last.Release()
		})
	}
}

// portIs returns groups, one of which has that definition.
func portIs(definition group.Definition) []group.Group {
	return []group.Group{
		{Label: db, Name: "db", Definition: group.Definition{Capacity: 1}},
		{Label: port, Name: "port", Definition: definition},
	}
}

// mustDisagree checks that a locker with the definition own is refused because others have the
// definition theirs, and is told so. The capacity of others is always known; the rest of their
// definition is not known in every scope.
func mustDisagree(t *testing.T, locker lock.Locker, own, theirs group.Definition) {
	t.Helper()
	held, err := locker.Acquire(t.Context(), append(exclusive(db, 1), shared(port)...))
	var disagreement *lock.DisagreementError
	if !errors.As(err, &disagreement) {
		if err == nil {
			held.Release()
		}
		t.Fatalf("error %v, want a *lock.DisagreementError", err)
	}
	if g := disagreement.Group; g.Label != port || !g.Definition.Equal(own) {
		t.Errorf("it is about %s with %s, want %s with %s", g.Label, g.Definition, port, own)
	}
	named := []string{port, own.String(), disagreement.Theirs}
	if theirs.Capacity != own.Capacity {
		named = append(named, fmt.Sprintf("capacity %d", theirs.Capacity))
	}
	for _, part := range named {
		if part == "" || !strings.Contains(err.Error(), part) {
			t.Errorf("error %q, want %q in it", err, part)
		}
	}
}
