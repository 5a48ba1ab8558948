package protocol

import (
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Options say how to start the program.
type Options struct {
	// Class is the class of what is not a case, such as the end of a process.
	Class string
	// Path is the program's file.
	Path string
	// Args are its arguments.
	Args []string
	// Env returns the whole environment of a worker's process, and a function to call when the
	// process has ended.
	Env func(event.Batch) (env []string, done func(), err error)
	// CaseEnv returns the variables that only the cases of a batch have.
	CaseEnv func(event.Batch) (map[string]string, error)
	// Filter is the value of --test_filter, for the program to interpret.
	Filter string
	// Ahead returns how many workers are worth starting when this many cases are known, and there
	// may be more. Nil means one.
	Ahead func(cases int) int
	// Ordered says whether the cases of a batch run in its order, and not in the order in which
	// the program has listed them.
	Ordered bool
	// StopAtBad says whether, after a bad case, the other cases of its batch are given back.
	StopAtBad bool
	// RunID is the same for all workers, and different for each run.
	RunID string
	// Sharded says whether other processes run other cases of the same list, and Single whether
	// there is only one worker.
	Sharded, Single bool
	// AllowEmpty says whether a test without cases passes.
	AllowEmpty bool
	// InOrder says whether there are no workers, but one process for all cases.
	InOrder bool
	// Stdin is the standard input of the cases.
	Stdin *os.File
	// Terminal is a terminal for the exclusive use of the only process, for a debugger; nil means
	// none.
	Terminal *os.File
	// Grace is how long a process has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long what a process leaves behind may continue. 0 means any time, and
	// nothing checks.
	LeakTimeout time.Duration
	// Dir is a folder in which to make the folder for the pipes; empty means the folder for
	// temporary files.
	Dir string
	// Shared is a folder in which to make the folder for the temporary files of all workers. Its
	// path should be short.
	Shared string
	// Log gets what the first process prints before any case runs.
	Log io.Writer
}
