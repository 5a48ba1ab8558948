package locktest

import (
	"errors"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// A holder that loses its groups is told before anybody else has them, and can no longer have its
// result confirmed.
func testLoss(t *testing.T, impl Implementation) {
	if impl.NewLoss == nil {
		testNoLoss(t, impl)
		return
	}
	victim, other, lose := impl.NewLoss(t, groups)
	held := acquire(t, victim, exclusive(db, 1))
	mustBeConfirmed(t, held)
	if isLost(held) {
		t.Error("lost before the loss")
	}
	got := startWaiting(t.Context(), t, other, exclusive(db, 1))
	lose()
	var next lock.Held
	within(t, patience, "the group is lost", func() {
		select {
		case <-held.Lost():
		case next = <-got:
			if !isLost(held) {
				t.Error("somebody else had the group before its holder was told of the loss")
			}
		}
	})
	if err := held.Confirm(); !errors.Is(err, lock.ErrLost) {
		t.Errorf("confirmed with the error %v, want %v", err, lock.ErrLost)
	}
	if next == nil {
		within(t, patience, "the next one has the group", func() { next = <-got })
	}
	held.Release() // which another holder has now
	refuse(t, other, exclusive(db, 1))
	mustBeConfirmed(t, next)
	next.Release()
}

func testNoLoss(t *testing.T, impl Implementation) {
	held := acquire(t, impl.NewSpace(t, groups)(), exclusive(db, 1))
	defer held.Release()
	mustBeConfirmed(t, held)
	if isLost(held) {
		t.Error("lost without a loss")
	}
}

func mustBeConfirmed(t *testing.T, held lock.Held) {
	t.Helper()
	if err := held.Confirm(); err != nil {
		t.Errorf("not confirmed: %v", err)
	}
}

func isLost(held lock.Held) bool {
	select {
	case <-held.Lost():
		return true
	default:
		return false
	}
}
