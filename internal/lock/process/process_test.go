package process_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/locktest"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
)

func TestConformance(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(_ *testing.T, groups []group.Group) func() lock.Locker {
			locker := process.New(groups)
			return func() lock.Locker { return locker }
		},
		MaxBypass: process.MaxBypass,
	})
}

// A request that fits overtakes one that does not.
func TestWorkConserving(t *testing.T) {
	locker := process.New([]group.Group{{Label: "//:a", Definition: group.Definition{Capacity: 1}}, {Label: "//:b", Definition: group.Definition{Capacity: 1}}})
	a, err := locker.Acquire(t.Context(), []group.Need{{Group: "//:a", Weight: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	go func() {
		if held, err := locker.Acquire(t.Context(), []group.Need{{Group: "//:a", Weight: 1}, {Group: "//:b", Weight: 1}}); err == nil {
			held.Release()
		}
	}()
	b, err := locker.Acquire(t.Context(), []group.Need{{Group: "//:b", Weight: 1}})
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
}
