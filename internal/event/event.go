// Package event is the vocabulary between the engine, which decides what happens, and the
// reporters, which report it.
package event

import (
	"fmt"
	"time"
)

// Case names a test case, or one run of it.
type Case struct {
	// Name is the case's name, unique within a test.
	Name string
	// Run numbers the runs of a repeated case, from 1; it is 0 for a case that is not repeated.
	Run int
	// Class is what the name is a part of, in JUnit's sense.
	Class string
	// Title is its name within its class in test.xml; empty if that is Name.
	Title string
	// Sub names a part of the case that has a result of its own, such as a
	// subtest; empty for the case itself.
	Sub string
	// Process marks what is around the cases of a process, such as TestMain. It is reported only
	// if it is bad.
	Process bool
}

// FullName is the name of the case, followed by a slash and its part if there is one. The name of
// a repeated case ends in the number of the run.
func (c Case) FullName() string {
	name := c.Name
	if c.Sub != "" {
		name += "/" + c.Sub
	}
	if c.Run > 0 {
		name += fmt.Sprintf(" #%d", c.Run)
	}
	return name
}

// FullTitle is the name of the case, or of its part, in test.xml.
func (c Case) FullTitle() string {
	if c.Title != "" {
		c.Name = c.Title
	}
	return c.FullName()
}

// Whole is the case that c is, or is a part of.
func (c Case) Whole() Case {
	c.Sub = ""
	return c
}

// Event is one of the types below.
type Event interface{ event() }

// RunStarted is the first event: these are the cases of this shard.
type RunStarted struct {
	// At is when the run started.
	At time.Time
	// Cases are in the order in which they were listed. A Process among them stands for cases
	// that are known only when they start.
	Cases []Case
}

// CaseAsked says that the groups of cases are asked for. If they are given back because no worker
// is free, it comes again.
type CaseAsked struct {
	Cases []Case
	At    time.Time
}

// CaseWaiting says, now and then, that a case still waits for a group.
type CaseWaiting struct {
	Case Case
	// Group is the label of the group that it waits for now.
	Group string
	// Since is when it began to wait for that group.
	Since time.Time
	// Holders are the users of the group, as far as they can be known.
	Holders string
	// Why is what else the wait is about, as far as that can be known.
	Why string
	// At is when this was noted.
	At time.Time
}

// CaseStarted says that a case holds its groups and runs. A case whose process was ended by
// another case starts again: everything reported about it before is void.
type CaseStarted struct {
	Case Case
	// Attempt is 1, or the number of a retry.
	Attempt int
	// At is when it started.
	At time.Time
	// Waited is how long it waited for its groups.
	Waited time.Duration
	// Turn is how it came to run. Nil if that is not known.
	Turn *Turn
}

// BatchReleased says that what a batch held is free for others.
type BatchReleased struct {
	// Batch is its number, as in Turn.
	Batch int
	At    time.Time
}

// InstanceStarted says that an instance of a group was started for this test, or could not be.
type InstanceStarted struct {
	// Group is the label, and Unit the number of the unit, from 0.
	Group string
	Unit  int
	// From and To are when the start began and ended.
	From, To time.Time
	// Kept says that a keeper had the instance or has started it.
	Kept bool
	// Failed says that there was no instance in the end.
	Failed bool
}

// CaseOutput is a piece of what a case wrote to stdout and stderr.
type CaseOutput struct {
	// Case wrote it; no case did if it is empty.
	Case Case
	// Text is valid only during the call that delivers it.
	Text []byte
}

// CaseRetried is the end of an attempt after which the case runs again. Its parts have finished
// before.
type CaseRetried struct {
	Case Case
	// Attempt is the one that has ended, from 1.
	Attempt int
	Outcome Outcome
	// Ran is how long it ran.
	Ran time.Duration
	// Delay is how long the case rests, without its groups.
	Delay time.Duration
	// At is when the attempt ended.
	At time.Time
}

// CaseFinished is the last event of a case. Every case has exactly one, and perhaps another one
// that Amends it. Parts of a case have one too, before the one of the case itself, and so has a
// process that went wrong if none of its cases is to blame.
type CaseFinished struct {
	Case    Case
	Outcome Outcome
	// At is when it finished.
	At time.Time
	// Waited is how long it waited for its groups.
	Waited time.Duration
	// Ran is how long it ran, 0 if it never started.
	Ran time.Duration
	// Attempt is the number of the last attempt, from 1; 0 if it never started.
	Attempt int
	// Leak, Note, Properties, Attributes and Forgiven are as in Result.
	Leak, Note             string
	Properties, Attributes []Property
	Forgiven               bool
	// Amends says whether the case has had such an event before: its process has run it again, or
	// has ended differently.
	Amends bool
	// Before is its earlier status, if it Amends.
	Before Status
}

// RunFinished is the last event.
type RunFinished struct {
	// At is when the run finished.
	At time.Time
}

func (RunStarted) event()      {}
func (CaseAsked) event()       {}
func (CaseWaiting) event()     {}
func (CaseStarted) event()     {}
func (BatchReleased) event()   {}
func (InstanceStarted) event() {}
func (CaseOutput) event()      {}
func (CaseRetried) event()     {}
func (CaseFinished) event()    {}
func (RunFinished) event()     {}
