// Package locktest is the conformance suite of lock.Locker. Every implementation passes it, and
// it checks what the contract promises.
package locktest

import (
	"cmp"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Implementation is what the suite needs to know of an implementation. Its functions are given
// groups with a label, a name and a definition. They set scope and key themselves, where those
// matter.
type Implementation struct {
	// NewSpace makes a place in which groups exclude, and returns a function that opens it once
	// for each further participant.
	NewSpace func(t *testing.T, groups []group.Group) (open func() lock.Locker)
	// MaxBypass is the implementation's bound.
	MaxBypass int
	// NewProcessSpace is like NewSpace, and also returns a function that starts a participant in
	// a process of its own, which is best done by Start. Nil if a participant cannot die alone.
	NewProcessSpace func(t *testing.T, groups []group.Group) (open func() lock.Locker, start func([]group.Need) *Process)
	// NewRivals makes a place, and returns a function that opens it for one more participant,
	// which defines the groups as it is told. Nil if participants cannot disagree.
	NewRivals func(t *testing.T) (open func([]group.Group) lock.Locker)
	// RateWindow is the length of the windows of rates in the suite, a whole number of seconds.
	// It should be long compared with the delays of the implementation, but otherwise short,
	// because the suite waits for several of them. 0 means one second.
	RateWindow time.Duration
	// RateLag is how much later than the rate allows a start may come, in addition to the
	// twentieth of a window that is always allowed: the granularity of the clock where that is
	// coarse.
	RateLag time.Duration
	// Fences says whether grants have fencing tokens.
	Fences bool
	// NewLoss makes a place and two participants. It also returns a function that makes the first
	// one lose what it holds, for example by cutting it off. The function need not wait for the
	// loss. Nil if groups cannot be lost.
	NewLoss func(t *testing.T, groups []group.Group) (victim, other lock.Locker, lose func())
}

// Run runs the suite. Tests that mostly wait run in parallel.
func Run(t *testing.T, impl Implementation) {
	impl.RateWindow = cmp.Or(impl.RateWindow, time.Second)
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
		"Fences":            testFences,
	} {
		t.Run(name, func(t *testing.T) { test(t, impl) })
	}
	for name, test := range map[string]func(*testing.T, Implementation){
		"Loss":                      testLoss,
		"RateInEveryWindow":         testRateInEveryWindow,
		"RateIsUsed":                testRateIsUsed,
		"RateWaitingIsReported":     testRateWaitingIsReported,
		"RateAndCancelledWaiters":   testRateAndCancelledWaiters,
		"RateCountsBeginnings":      testRateCountsBeginnings,
		"SeveralRates":              testSeveralRates,
		"SeveralRatesInEveryWindow": testSeveralRatesInEveryWindow,
		"SharedUseCountsForTheRate": testSharedUseCountsForTheRate,
		"UndoneStart":               testUndoneStart,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, impl) })
	}
	if impl.NewProcessSpace != nil {
		runWithProcesses(t, impl)
	}
	if impl.NewRivals != nil {
		t.Run("Agreement", func(t *testing.T) { t.Parallel(); testAgreement(t, impl) })
	}
}

func runWithProcesses(t *testing.T, impl Implementation) {
	for name, test := range map[string]func(*testing.T, Implementation){
		"DeathOfAHolder":       testDeathOfAHolder,
		"DeathOfAWaiter":       testDeathOfAWaiter,
		"RateOutlivesAHolder":  testRateOutlivesAHolder,
		"RateAndKilledWaiters": testRateAndKilledWaiters,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, impl) })
	}
}
