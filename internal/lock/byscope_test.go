package lock_test

import (
	"context"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// part is what one locker has granted.
type part struct {
	label    string
	lost     bool
	released int
	undone   int
	begun    int
}

func (p *part) Release()                       { p.released++ }
func (p *part) Undo()                          { p.undone++ }
func (p *part) Begun()                         { p.begun++ }
func (p *part) Grants() map[string]group.Grant { return map[string]group.Grant{p.label: {Fence: 1}} }
func (p *part) Lost() <-chan struct{}          { return nil }

func (p *part) Confirm() error {
	if p.lost {
		return lock.ErrLost
	}
	return nil
}

type lockerFunc func(context.Context, []group.Need) (lock.Held, error)

func (f lockerFunc) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	return f(ctx, needs)
}

// A case that loses its first group while it waits for the next one asks for both again, and a
// start that did not take place does not count.
func TestWhatIsLostWhileWaitingIsTakenAnew(t *testing.T) {
	db := group.Group{Label: "//:db", Scope: group.Cluster, Key: "db", Definition: group.Definition{Capacity: 1}}
	calls := group.Group{Label: "//:calls", Scope: group.Host, Key: "calls", Definition: group.Definition{
		Capacity: 1, Rate: group.Rate{Starts: 1, Window: 1},
	}}
	var parts []*part
	give := func(label string) *part {
		parts = append(parts, &part{label: label})
		return parts[len(parts)-1]
	}
	locker := lock.ByScope([]group.Group{db, calls}, map[group.Scope]lock.Locker{
		group.Cluster: lockerFunc(func(context.Context, []group.Need) (lock.Held, error) { return give(db.Label), nil }),
		group.Host: lockerFunc(func(context.Context, []group.Need) (lock.Held, error) {
			parts[0].lost = true // it takes so long
			return give(calls.Label), nil
		}),
	})
	held, err := locker.Acquire(t.Context(), []group.Need{{Group: db.Label, Weight: 1}, {Group: calls.Label, Weight: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Confirm(); err != nil || len(held.Grants()) != 2 {
		t.Errorf("it holds %v, %v", held.Grants(), err)
	}
	if len(parts) != 4 {
		t.Fatalf("groups were given %d times, want 4", len(parts))
	}
	held.Begun()
	if parts[2].begun != 1 || parts[3].begun != 1 {
		t.Error("parts are not told that they have begun")
	}
	for i, p := range parts {
		if want := map[bool]int{true: 1}[i < 2]; p.undone != want || p.released != 0 {
			t.Errorf("part %d was undone %d times and released %d times, want %d and 0", i, p.undone, p.released, want)
		}
	}
}
