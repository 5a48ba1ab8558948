// Package options is what can be set of a run, besides what to run: for a
// target in its args, and for one run by --test_arg=--interlock-NAME=VALUE or
// --test_env=INTERLOCK_NAME=VALUE.
//
// Of two settings the later one counts: that of the rule, the environment, the
// arguments from left to right.
package options

import (
	"time"
)

// Options are settings of a run. Those of a case hold for each case.
type Options struct {
	// Workers replaces the target's workers: a number, or "auto"; empty if it
	// does not.
	Workers string
	// CaseTimeout is how long a case may run, from when it holds its groups; 0
	// is no limit.
	CaseTimeout time.Duration
	// Grace is what a case that is stopped has between SIGTERM and SIGKILL; 0
	// is what the test's timeout leaves, at most 5 s.
	Grace time.Duration
	// Retries is how often a bad case is run again, until it passes.
	Retries int
	// RetryDelay is about how long a case waits before its first retry; before
	// each further one it waits twice as long as before the last.
	RetryDelay time.Duration
	// RetryMaxDelay is the longest such wait.
	RetryMaxDelay time.Duration
	// RetryBudget is how many retries all cases of a shard have together.
	RetryBudget int
	// FlakyResult is what becomes of a case that passes in a retry.
	FlakyResult FlakyResult
	// Leaks is what becomes of a case that leaves a process or an open pipe
	// behind.
	Leaks Leaks
	// LeakTimeout is how long processes that a case leaves behind may go on
	// before they are a leak.
	LeakTimeout time.Duration
	// MaxFail is after how many bad cases no further one starts; 0 is never.
	MaxFail int
	// Repeat is how often each case runs, at least 1.
	Repeat int
	// Shuffle is whether cases run in random order.
	Shuffle Shuffle
	// StrictGroups is whether a name in a mark that means no resource_group is
	// an error.
	StrictGroups bool
	// AllowEmpty is whether a program without any case is good.
	AllowEmpty bool
	// Plan is what to do with the plan besides following it.
	Plan Plan
}

// Default returns what holds if nothing is set.
func Default() Options {
	return Options{
		RetryDelay:    100 * time.Millisecond,
		RetryMaxDelay: 10 * time.Second,
		RetryBudget:   20,
		FlakyResult:   FlakyPasses,
		Leaks:         ReportLeaks,
		LeakTimeout:   100 * time.Millisecond,
		Repeat:        1,
	}
}

// OncePerCase reports whether each case runs once, and as long as it likes.
func (o Options) OncePerCase() bool { return o.Repeat == 1 && o.Retries == 0 && o.CaseTimeout == 0 }

// FlakyResult is what becomes of a case that passes in a retry.
type FlakyResult string

const (
	// FlakyPasses means that it has passed.
	FlakyPasses FlakyResult = "pass"
	// FlakyFails means that it has failed.
	FlakyFails FlakyResult = "fail"
)

// Leaks is what becomes of a case that leaves a process or an open pipe behind.
type Leaks string

const (
	// IgnoreLeaks means that nobody looks.
	IgnoreLeaks Leaks = "ignore"
	// ReportLeaks means that the log and test.xml say so.
	ReportLeaks Leaks = "report"
	// FailLeaks means that the case has failed.
	FailLeaks Leaks = "fail"
)

// Plan is what to do with the plan besides following it: nothing if it is
// empty.
type Plan string

const (
	// WritePlan means to write it to plan.json among the test's outputs.
	WritePlan Plan = "write"
	// OnlyPlan means to print it and to run nothing.
	OnlyPlan Plan = "only"
)

// Shuffle is a random order, always the same for a seed.
type Shuffle struct {
	// On is whether there is one.
	On bool
	// Seed is 0 for one that is chosen when the test runs.
	Seed int64
}
