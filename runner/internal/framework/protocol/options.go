package protocol

import (
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Options say how to start the program.
type Options struct {
	// Class is that of what is no case, such as the end of a process.
	Class string
	// Path is the program's file.
	Path string
	// Args are its arguments.
	Args []string
	// Env returns the whole environment of a worker's process, and what is to be
	// called when it has ended.
	Env func(event.Batch) (env []string, done func(), err error)
	// CaseEnv returns the variables that only the cases of a batch have.
	CaseEnv func(event.Batch) (map[string]string, error)
	// Filter is the value of --test_filter, for the program to make sense of.
	Filter string
	// Ahead returns how many workers are worth starting when this many cases are
	// known, and there may be more. Nil is one.
	Ahead func(cases int) int
	// Ordered is whether the cases of a batch run in its order, and not in that
	// in which the program has listed them.
	Ordered bool
	// StopAtBad is whether, after a bad case, the others of its batch are to be
	// given back.
	StopAtBad bool
	// RunID is the same for all workers, and another one for each run.
	RunID string
	// Sharded is whether other processes run other cases of the same list, and Single
	// whether there is not more than one worker.
	Sharded, Single bool
	// AllowEmpty is whether it is good that there is no case.
	AllowEmpty bool
	// InOrder is whether there are no workers, but one process for all.
	InOrder bool
	// Stdin is the standard input of the cases.
	Stdin *os.File
	// Terminal is one that the only process has to itself, for a debugger; nil
	// is none.
	Terminal *os.File
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long what a process leaves behind may go on; 0 is any
	// time, and nobody looks.
	LeakTimeout time.Duration
	// Dir is a folder in which there can be one for the pipes; empty is that for
	// temporary files.
	Dir string
	// Shared is a folder in which there can be one for the temporary files of all
	// workers. Its path is to be short.
	Shared string
	// Log gets what the first process prints before any case runs.
	Log io.Writer
}
