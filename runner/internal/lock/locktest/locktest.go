// Package locktest is the conformance suite of lock.Locker: every
// implementation passes it, and what it checks is what the contract promises.
package locktest

import (
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// Implementation is what the suite needs to know of one.
type Implementation struct {
	// NewSpace makes a place in which groups exclude, and returns a function
	// that opens it once more, as one more participant would.
	NewSpace func(t *testing.T, groups []group.Group) (open func() lock.Locker)
	// MaxBypass is the implementation's bound.
	MaxBypass int
	// Hold starts a process of its own that holds needs in a new space of
	// groups, and returns that space and a function that kills the process
	// without warning. Nil where a holder cannot die alone.
	Hold func(t *testing.T, groups []group.Group, needs []group.Need) (open func() lock.Locker, kill func())
}

// Run runs the suite.
func Run(t *testing.T, impl Implementation) {
	for name, test := range map[string]func(*testing.T, Implementation){
		"Exclusion":         testExclusion,
		"Capacity":          testCapacity,
		"SharedTogether":    testSharedTogether,
		"SeveralAtOnce":     testSeveralAtOnce,
		"Cancel":            testCancel,
		"CancelBeforehand":  testCancelBeforehand,
		"BoundedBypass":     testBoundedBypass,
		"WriterNotStarved":  testWriterNotStarved,
		"SmallestSlots":     testSmallestSlots,
		"ReleaseTwice":      testReleaseTwice,
		"NothingToHold":     testNothingToHold,
		"UnknownGroup":      testUnknownGroup,
		"ImpossibleNeed":    testImpossibleNeed,
		"WaitingIsReported": testWaitingIsReported,
		"DeathOfAHolder":    testDeathOfAHolder,
	} {
		t.Run(name, func(t *testing.T) { test(t, impl) })
	}
}
