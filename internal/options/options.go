// Package options is the settings of a run, apart from what to run. A target sets them in its
// args; one run, by --test_arg=--interlock-NAME=VALUE or --test_env=INTERLOCK_NAME=VALUE.
//
// If something is set several times, the last setting counts. The order is: the rule, the
// environment, the arguments from left to right.
package options

import (
	"time"
)

// Options are the settings of a run. Options of a case apply to each case.
type Options struct {
	// Workers replaces the target's workers: a number, or "auto"; empty if it does not.
	Workers string
	// CaseTimeout is how long a case may run, from the moment it holds its groups; 0 means no
	// limit.
	CaseTimeout time.Duration
	// Grace is the time between SIGTERM and SIGKILL for a case that is stopped. 0 means what the
	// test's timeout leaves, at most 5 s.
	Grace time.Duration
	// Retries is how often a bad case is retried, until it passes.
	Retries int
	// RetryDelay is about how long a case waits before its first retry. Before each further retry
	// it waits twice as long.
	RetryDelay time.Duration
	// RetryMaxDelay is the longest such wait.
	RetryMaxDelay time.Duration
	// RetryBudget is the number of retries that all cases of a shard have together.
	RetryBudget int
	// FlakyResult is the result of a case that passes in a retry.
	FlakyResult FlakyResult
	// Leaks says what happens to a case that leaves a process or an open pipe behind.
	Leaks Leaks
	// LeakTimeout is how long processes that a case leaves behind may continue before they are a
	// leak.
	LeakTimeout time.Duration
	// MaxFail is the number of bad cases after which no further case starts; 0 means no limit.
	MaxFail int
	// Repeat is how often each case runs, at least 1.
	Repeat int
	// Shuffle says whether cases run in random order.
	Shuffle Shuffle
	// StrictGroups says whether a mark that names no resource_group is an error.
	StrictGroups bool
	// AllowEmpty says whether a program without any case passes.
	AllowEmpty bool
	// Progress is what the log says of cases while they run.
	Progress Progress
	// Color says whether the log has colours.
	Color Color
	// Timeline says whether timeline.json is written among the test's outputs.
	Timeline bool
	// Plan is what to do with the plan in addition to following it.
	Plan Plan
}

// Default returns the options that apply if nothing is set.
func Default() Options {
	return Options{
		RetryDelay:    100 * time.Millisecond,
		RetryMaxDelay: 10 * time.Second,
		RetryBudget:   20,
		FlakyResult:   FlakyPasses,
		Leaks:         ReportLeaks,
		LeakTimeout:   100 * time.Millisecond,
		Repeat:        1,
		Color:         AutoColor,
	}
}

// OncePerCase reports whether each case runs once, without a time limit.
func (o Options) OncePerCase() bool { return o.Repeat == 1 && o.Retries == 0 && o.CaseTimeout == 0 }

// FlakyResult is the result of a case that passes in a retry.
type FlakyResult string

const (
	// FlakyPasses means that it has passed.
	FlakyPasses FlakyResult = "pass"
	// FlakyFails means that it has failed.
	FlakyFails FlakyResult = "fail"
)

// Leaks says what happens to a case that leaves a process or an open pipe behind.
type Leaks string

const (
	// IgnoreLeaks means that nothing looks for leaks.
	IgnoreLeaks Leaks = "ignore"
	// ReportLeaks means that the log and test.xml say so.
	ReportLeaks Leaks = "report"
	// FailLeaks means that the case has failed.
	FailLeaks Leaks = "fail"
)

// Plan is what to do with the plan in addition to following it; empty means nothing.
type Plan string

const (
	// WritePlan means to write it to plan.json among the test's outputs.
	WritePlan Plan = "write"
	// OnlyPlan means to print it and to run nothing.
	OnlyPlan Plan = "only"
)

// Progress is what the log says of cases while they run; empty means what suits the framework.
type Progress string

const (
	// NoProgress means that only bad cases have a line.
	NoProgress Progress = "none"
	// LineProgress means that each case has a line.
	LineProgress Progress = "line"
	// BarProgress means that the last line of a terminal says how far the run has got.
	BarProgress Progress = "bar"
)

// Color says whether the log has colours.
type Color string

const (
	// AutoColor means that it has on a terminal, if NO_COLOR and CLICOLOR_FORCE do not say otherwise.
	AutoColor Color = "auto"
	// AlwaysColor means that it has.
	AlwaysColor Color = "always"
	// NeverColor means that it has not.
	NeverColor Color = "never"
)

// Shuffle is a random order. It is always the same for a seed.
type Shuffle struct {
	// On says whether there is one.
	On bool
	// Seed is the seed; 0 means that one is chosen when the test runs.
	Seed int64
}
