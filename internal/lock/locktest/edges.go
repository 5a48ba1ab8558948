package locktest

import (
	"errors"
	"slices"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

func testReleaseTwice(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	one, other := acquire(t, open(), exclusive(port, 1)), acquire(t, open(), exclusive(port, 1))
	one.Release()
	one.Release()
	refuse(t, open(), exclusive(port, 2))
	other.Release()
	acquire(t, open(), exclusive(port, 2)).Release()
}

// The slots are the smallest free ones, so that a port derived from a slot stays the same.
func testSmallestSlots(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	want := func(held lock.Held, slots ...int) lock.Held {
		t.Helper()
		if got := held.Grants()[api].Slots; !slices.Equal(got, slots) {
			t.Errorf("got the slots %v, want %v", got, slots)
		}
		return held
	}
	first := want(acquire(t, open(), exclusive(api, 1)), 0)
	second := want(acquire(t, open(), exclusive(api, 1)), 1)
	first.Release()
	want(acquire(t, open(), exclusive(api, 2)), 0, 2).Release()
	want(acquire(t, open(), exclusive(api, 1)), 0).Release()
	second.Release()
	want(acquire(t, open(), shared(api))).Release()
}

func testNothingToHold(t *testing.T, impl Implementation) {
	acquire(t, impl.NewSpace(t, groups)(), nil).Release()
}

func testUnknownGroup(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	_, err := open().Acquire(t.Context(), append(exclusive(db, 1), exclusive("//test:nobody", 1)...))
	if !errors.Is(err, lock.ErrUnknownGroup) {
		t.Errorf("error %v, want %v", err, lock.ErrUnknownGroup)
	}
	acquire(t, open(), exclusive(db, 1)).Release()
}

func testImpossibleNeed(t *testing.T, impl Implementation) {
	if _, err := impl.NewSpace(t, groups)().Acquire(t.Context(), exclusive(db, 2)); err == nil {
		t.Error("a weight above the capacity was granted")
	}
}
