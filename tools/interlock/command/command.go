// Package command has the commands of //tools/interlock that deal with groups while they are
// used: to show their holders, to hold them for a script, and to make the folder of a machine's
// locks.
package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Exit codes of commands, in addition to those of the programs that they run.
const (
	// ExitUnavailable: a group could not be held, or was lost, as EX_UNAVAILABLE
	// of sysexits.h.
	ExitUnavailable = 69
	// ExitTimeout: the time was up, as with timeout(1).
	ExitTimeout = 124
	// ExitCannotExecute and ExitNotFound: a program could not be started, as with env(1).
	ExitCannotExecute = 126
	ExitNotFound      = 127
)

// Invocation is what a command gets.
type Invocation struct {
	// Args are its arguments, without its name.
	Args []string
	// Lookup is os.LookupEnv.
	Lookup func(string) (string, bool)
	// Cluster is nil in a program without it: then groups of scope cluster are left out, or are
	// an error if they are asked for.
	Cluster *Cluster
	// Dir is where programs run; empty means the folder of this process.
	Dir string
	// Stdin, Stdout and Stderr are those of this process.
	Stdin, Stdout, Stderr *os.File
}

// Say prints a line for people.
func (i Invocation) Say(format string, args ...any) { i.say(format, args...) }

// say prints a line for people.
func (i Invocation) say(format string, args ...any) {
	_, _ = fmt.Fprintf(i.Stderr, "interlock: "+format+"\n", args...)
}

// ErrUsage is wrapped by the errors for wrong arguments.
var ErrUsage = errors.New("wrong arguments")

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUsage, fmt.Errorf(format, args...))
}

// ExitError ends the program with a code.
type ExitError struct {
	// Code is the exit code. It is not 0.
	Code int
	// Err says why; nil if a program that was run has already said it.
	Err error
}

// Error says why.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *ExitError) Unwrap() error { return e.Err }

// newFlags returns an empty set of flags for a command to fill.
func newFlags() *flag.FlagSet {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	return flags
}

// parse sets flags and returns the other arguments, which may stand between flags.
func parse(flags *flag.FlagSet, args []string) (others []string, err error) {
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, usageError("%w", err)
		}
		if args = flags.Args(); len(args) > 0 {
			others, args = append(others, args[0]), args[1:]
		}
	}
	return others, nil
}
