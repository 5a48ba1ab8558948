// Package campaign plays numbered rounds of a seed, for some time in all, which can be split into
// parts. The parts are:
//
//   - campaign: the command line, and the rounds;
//   - seeds: how far each seed is, in a file;
//   - faults: which fault comes next, and which were done;
//   - random: what follows from a seed.
package campaign

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Options are what the command line of each harness asks for.
type Options struct {
	// Seed is what the rounds follow from.
	Seed    int
	minutes float64
	// round is the only one to run; -1 means as many as the time allows.
	round int
	// State is the path of the state; empty for none.
	State string
	table bool
}

// Flags returns flags for a harness to add its own to.
func (o *Options) Flags(program string) *flag.FlagSet {
	flags := flag.NewFlagSet(program, flag.ContinueOnError)
	flags.IntVar(&o.Seed, "seed", 1, "what the rounds follow from")
	flags.Float64Var(&o.minutes, "minutes", 2, "for how long to run rounds of the seed, with those that the state has")
	flags.IntVar(&o.round, "round", -1, "run only this `round` of the seed, and do not count it")
	flags.StringVar(&o.State, "state", "", "`file` that says what was done, and is continued")
	flags.BoolVar(&o.table, "table", false, "print what was done, and do nothing")
	return flags
}

// Parse parses flags, besides which there is nothing.
func Parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q? Everything is a flag", flags.Arg(0))
	}
	return nil
}

// File is the value of a flag: a path, which still means the same file in another folder.
func File(path *string) func(string) error {
	return func(text string) (err error) {
		*path, err = filepath.Abs(text)
		return err
	}
}

// Run runs rounds, and prints the table of what was done so far, or only prints it. It returns the
// exit code: 1 if something was found.
func (o Options) Run(stdout io.Writer, table func() string, rounds func() (found int, err error)) (code int, err error) {
	if !o.table {
		found, err := rounds()
		switch {
		case err != nil:
			return 2, err
		case found > 0:
			return 1, fmt.Errorf("%d things are wrong", found)
		}
	}
	_, err = io.WriteString(stdout, table())
	return 0, err
}

// InFolder calls do with a new folder, which stays if something was found.
func InFolder(name string, do func(work string) (found int, err error)) (found int, err error) {
	work, err := os.MkdirTemp("", name)
	if err != nil {
		return 0, err
	}
	defer func() {
		if found == 0 {
			err = errors.Join(err, os.RemoveAll(work))
		}
	}()
	return do(work)
}

// Rounds plays rounds until the time is up, and returns how much was found. count adds a round that
// was played to the state.
func Rounds[Outcome any](
	o Options, seeds *Seeds, play func(number int) (Outcome, error), findings func(Outcome) int, count func(Outcome) error,
) (found int, err error) {
	if o.round >= 0 {
		outcome, err := play(o.round)
		return findings(outcome), err
	}
	for p := seeds.Progress(o.Seed); p.Took < time.Duration(o.minutes*float64(time.Minute)); {
		outcome, err := play(p.Rounds)
		if err != nil {
			return found, err
		}
		found += findings(outcome)
		if err := count(outcome); err != nil {
			return found, err
		}
	}
	return found, nil
}
