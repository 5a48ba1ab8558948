// Package framework says what the runner asks of a framework: of what knows how to list
// and to run the cases of one kind of program. Each framework is a package below this
// one, and a line in the table of package app.
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

// Framework lists and runs the cases of a test. It may be a Partial, a Noter, a Suite, a
// Limiter, a Stopper, an engine.Preparer and an engine.Closer besides.
type Framework interface {
	engine.Framework
	// List returns all cases, in the order in which the program runs them, and which of
	// them the filter and the arguments ask for. A process that lists runs as part of
	// batch, which has what it holds.
	List(ctx context.Context, batch event.Batch) ([]event.Listed, error)
	// Traits says how the cases can be run.
	Traits() Traits
}

// Traits are what the runner has to know of a framework before it lists anything.
type Traits struct {
	// Batches is whether several cases may share a process.
	Batches bool
	// Asks is whether a process asks before it starts a further case.
	Asks bool
	// Whole is whether the arguments need one process for all cases.
	Whole bool
	// RunsToList is whether a process has to run code of the user to list.
	RunsToList bool
	// Unlisted stands for all cases that are asked for, where that will do; empty if the
	// framework has to list them.
	Unlisted event.Case
	// Style is how the log looks.
	Style report.Style
}

// Partial is a Framework whose List may leave out cases that nobody asks for.
type Partial interface{ Partial() bool }

// Noter is a Framework that may know why there is no case. It is asked when they are
// listed; empty is that it does not know.
type Noter interface{ Note() string }

// Suite is a Framework that may name all cases together, as test.xml has it. It is asked
// when they are listed; empty is the label of the test.
type Suite interface{ Suite() string }

// Limiter is a Framework whose arguments may say after how many bad cases no further one
// starts. It is asked when the cases are listed; 0 is never.
type Limiter interface{ MaxFail() int }

// Stopper is a Framework that has to end what List has started, if nothing is to run.
type Stopper interface{ Stop() }

// Test is what a framework has to know of a test.
type Test struct {
	// Label is that of the target, and Name its last part.
	Label, Name string
	// Program is the file of the program, and Args its arguments.
	Program string
	Args    []string
	// Filter is --test_filter; empty is none.
	Filter string
	// FailFast is whether nothing is to start after the first bad case, and StopAtBad
	// whether a process is to end after one.
	FailFast, StopAtBad bool
	// Names are the cases that the build knows, in the order in which the program runs
	// them; nil if only the program knows them.
	Names []string
	// Workers is how many cases run at once; 0 is all in order, in one process.
	Workers int
	// Shards is how many processes the cases are divided among, at least 1.
	Shards int
	// Shuffle is whether cases run in random order, and Seed that of the order.
	Shuffle bool
	Seed    int64
	// AllowEmpty is whether a test without a case passes.
	AllowEmpty bool
	// Env returns the environment for a batch, and what is to be called when its process
	// has ended; CaseEnv what of it differs between batches of one process.
	Env     func(event.Batch) (environ []string, done func(), err error)
	CaseEnv func(event.Batch) (map[string]string, error)
	// TmpDir is the folder for files of the test; empty if it has none.
	TmpDir string
	// Stdin is the standard input, and Log the log of the test.
	Stdin *os.File
	Log   io.Writer
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long an output may stay open when its process has ended; 0 is
	// any time, and nobody looks what it leaves behind.
	LeakTimeout time.Duration
}

// Listed describes cases of which nothing is known but whether they are asked for.
func Listed(cases []event.Case, asked func(event.Case) bool) []event.Listed {
	described := make([]event.Listed, len(cases))
	for i, c := range cases {
		described[i] = event.Listed{Case: c, Asked: asked(c)}
	}
	return described
}
