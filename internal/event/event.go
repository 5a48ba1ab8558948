// Package event is the vocabulary between the engine, which decides what
// happens, and the reporters, which tell it.
package event

import (
	"fmt"
	"time"
)

// Case names a test case, or one run of it.
type Case struct {
	// Name is the case's name, unique within a test.
	Name string
	// Run tells the runs of a case that is repeated from one another, from 1;
	// it is 0 for a case that is not.
	Run int
	// Class is what the name is a part of, in JUnit's sense.
	Class string
	// Title is what test.xml calls it within its class; empty is its name.
	Title string
	// Sub names a part of the case that has a result of its own, such as a
	// subtest; empty for the case itself.
	Sub string
	// Process marks what is around the cases of a process, such as TestMain:
	// it is told of only if it is bad.
	Process bool
}

// FullName is the name of the case or, with a slash between, of its part. That
// of a repeated one ends in the number of the run.
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

// FullTitle is what test.xml calls the case, or its part.
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
	// Cases are in the order in which they were listed. One that is a Process
	// stands for cases that are known only when they start.
	Cases []Case
}

// CaseWaiting says, now and then, that a case still waits for a group.
type CaseWaiting struct {
	Case Case
	// Group is the label of the group that it waits for at present.
	Group string
	// Since is when it began to wait for that group.
	Since time.Time
	// Holders says who has the group, as far as that can be known.
	Holders string
	// Why is what else the wait is about, as far as that can be known.
	Why string
	// At is when this was noted.
	At time.Time
}

// CaseStarted says that a case holds its groups and runs. One whose process
// another case has ended starts again: what was told of it before is void.
type CaseStarted struct {
	Case Case
	// Attempt is 1, or that of a retry.
	Attempt int
	// At is when it started.
	At time.Time
	// Waited is how long it waited for its groups.
	Waited time.Duration
}

// CaseOutput is a piece of what a case wrote to stdout and stderr.
type CaseOutput struct {
	// Case wrote it; no case did if it is empty.
	Case Case
	// Text is valid only during the call that delivers it.
	Text []byte
}

// CaseRetried is the end of an attempt after which the case runs again. Parts
// of it have finished before.
type CaseRetried struct {
	Case Case
	// Attempt is the one that has ended, from 1.
	Attempt int
	Outcome Outcome
	// Ran is how long it ran.
	Ran time.Duration
	// Delay is for how long the case rests, without its groups.
	Delay time.Duration
	// At is when the attempt ended.
	At time.Time
}

// CaseFinished is the last event of a case; every case has exactly one, and
// perhaps another one that Amends it. Parts
// of a case have one too, before that of the case itself, and so has a process
// that went wrong without one of its cases being to blame.
type CaseFinished struct {
	Case    Case
	Outcome Outcome
	// At is when it finished.
	At time.Time
	// Waited is how long it waited for its groups.
	Waited time.Duration
	// Ran is how long it ran, 0 if it never started.
	Ran time.Duration
	// Attempt is the last one, from 1; 0 if it never started.
	Attempt int
	// Leak, Note, Properties, Attributes and Forgiven are those of Result.
	Leak, Note             string
	Properties, Attributes []Property
	Forgiven               bool
	// Amends is whether the case has had such an event before: its process has run
	// it again, or has ended otherwise than it did.
	Amends bool
	// Before is what it was before, if it Amends.
	Before Status
}

// RunFinished is the last event.
type RunFinished struct {
	// At is when the run finished.
	At time.Time
}

func (RunStarted) event()   {}
func (CaseWaiting) event()  {}
func (CaseStarted) event()  {}
func (CaseOutput) event()   {}
func (CaseRetried) event()  {}
func (CaseFinished) event() {}
func (RunFinished) event()  {}
