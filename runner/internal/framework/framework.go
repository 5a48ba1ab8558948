// Package framework defines what the runner asks of a framework. A framework can list and run the
// cases of one kind of program. Each framework is a package below this one, and a line in the
// table of package app.
package framework

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// Framework lists and runs the cases of a test. It may also be a Partial, a Noter, a Suite, a
// Limiter, a Stopper, an engine.Preparer and an engine.Closer.
type Framework interface {
	engine.Framework
	// List returns all cases, in the order in which the program runs them, and which of them the
	// filter and the arguments select. A process that lists runs as part of batch, and may use
	// what batch holds.
	List(ctx context.Context, batch event.Batch) ([]event.Listed, error)
	// Traits says how the cases can be run.
	Traits() Traits
}

// Traits are what the runner has to know of a framework before it lists anything.
type Traits struct {
	// Batches says whether several cases may share a process.
	Batches bool
	// Asks says whether a process asks before it starts a further case.
	Asks bool
	// Whole says whether the arguments need one process for all cases.
	Whole bool
	// RunsToList says whether a process has to run user code to list.
	RunsToList bool
	// Unlisted stands for all selected cases, if that is enough; empty if the framework has to
	// list them.
	Unlisted event.Case
	// Style is how the log looks.
	Style report.Style
}

// Partial is a Framework whose List may leave out cases that nothing selects.
type Partial interface{ Partial() bool }

// Noter is a Framework that may know why there is no case. It is asked after the cases are
// listed; empty means that it does not know.
type Noter interface{ Note() string }

// Suite is a Framework that may name all cases together in test.xml. It is asked after they are
// listed; empty means the label of the test.
type Suite interface{ Suite() string }

// Limiter is a Framework whose arguments may set the number of bad cases after which no further
// case starts. It is asked after the cases are listed; 0 means never.
type Limiter interface{ MaxFail() int }

// Stopper is a Framework that has to end what List has started if nothing will run.
type Stopper interface{ Stop() }

// Test is what a framework has to know of a test.
type Test struct {
	// Label is the label of the target, and Name its last part.
	Label, Name string
	// Program is the file of the program, and Args its arguments.
	Program string
	Args    []string
	// Filter is --test_filter; empty means none.
	Filter string
	// FailFast says whether nothing may start after the first bad case, and StopAtBad whether a
	// process must end after a bad case.
	FailFast, StopAtBad bool
	// Names are the names of the cases, in the order in which the program runs them, if the build
	// knows them; nil if only the program does.
	Names []string
	// Workers is how many cases run at once; 0 means all in order, in one process.
	Workers int
	// Shards is how many processes the cases are divided among, at least 1.
	Shards int
	// Shuffle says whether cases run in random order, and Seed is the seed of that order.
	Shuffle bool
	Seed    int64
	// AllowEmpty says whether a test without a case passes.
	AllowEmpty bool
	// Env returns the environment for a batch, and a function to call when its process has ended.
	// CaseEnv returns what of it differs between batches of one process.
	Env     func(event.Batch) (environ []string, done func(), err error)
	CaseEnv func(event.Batch) (map[string]string, error)
	// TmpDir is the folder for files of the test; empty if it has none.
	TmpDir string
	// Stdin is the standard input, and Log the log of the test.
	Stdin *os.File
	Log   io.Writer
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long an output may stay open after its process has ended. 0 means any
	// time, and nothing checks what the process leaves behind.
	LeakTimeout time.Duration
}

// Listed describes cases about which nothing is known except whether they are selected.
func Listed(cases []event.Case, asked func(event.Case) bool) []event.Listed {
	described := make([]event.Listed, len(cases))
	for i, c := range cases {
		described[i] = event.Listed{Case: c, Asked: asked(c)}
	}
	return described
}
