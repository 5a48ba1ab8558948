// Servicechaos causes faults in keepers, in the services that they lend, in runners and in their
// cases, and checks from outside that no guarantee is broken. docs/design/reliability.md explains
// how, and e2e/servicechaos/run starts it.
//
// # Exit codes
//
// 0: nothing was found. 1: something was found; the files of the round are kept. 2: the chaos
// itself failed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/ownmemory"
)

// programs are the files that rounds need.
type programs struct {
	// program and cases are the cases: a program, and a Go test binary.
	program, cases string
	// runner is the runner, and interlock the command.
	runner, interlock string
}

// options are what the command line asks for.
type options struct {
	seed    int
	minutes float64
	// round is the only one to run; -1 means as many as the time allows.
	round    int
	state    string
	table    bool
	programs programs
}

func main() {
	code, done, err := ownmemory.RunAgain(os.Args)
	if err == nil && !done {
		err = ownmemory.Mount()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "servicechaos: runners would meet the keeper of this user:", err)
		os.Exit(2)
	}
	if done {
		os.Exit(code)
	}
	code, err = chaos(os.Args, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "servicechaos:", err)
	}
	os.Exit(code)
}

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.IntVar(&o.seed, "seed", 1, "what the rounds follow from")
	flags.Float64Var(&o.minutes, "minutes", 2, "for how long to run rounds of the seed, with those that the state has")
	flags.IntVar(&o.round, "round", -1, "run only this `round` of the seed, and do not count it")
	flags.StringVar(&o.state, "state", "", "`file` that says what was done, and is continued")
	flags.BoolVar(&o.table, "table", false, "print what was done, and do nothing")
	flags.Func("runner", "`file` of the runner", fileIn(&o.programs.runner))
	flags.Func("interlock", "`file` of the command", fileIn(&o.programs.interlock))
	flags.Func("program", "`file` of the program that is a case", fileIn(&o.programs.program))
	flags.Func("cases", "`file` of the test binary with the cases", fileIn(&o.programs.cases))
	if err := flags.Parse(args[1:]); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("what is %q? Everything is a flag", flags.Arg(0))
	}
	return o, nil
}

// fileIn sets a path, which still means the same file in another folder.
func fileIn(path *string) func(string) error {
	return func(text string) (err error) {
		*path, err = filepath.Abs(text)
		return err
	}
}

func chaos(args []string, stdout io.Writer) (code int, err error) {
	o, err := parseOptions(args)
	if err != nil {
		return 2, err
	}
	s, err := loadState(o.state)
	if err != nil {
		return 2, err
	}
	if o.table {
		_, err := io.WriteString(stdout, s.table())
		return 0, err
	}
	found, err := o.rounds(s, stdout)
	switch {
	case err != nil:
		return 2, err
	case found > 0:
		return 1, fmt.Errorf("%d things are wrong", found)
	}
	_, err = io.WriteString(stdout, s.table())
	return 0, err
}

// rounds runs rounds until the time is up, and returns how much was found.
func (o options) rounds(s *state, stdout io.Writer) (found int, err error) {
	work, err := os.MkdirTemp("", "services")
	if err != nil {
		return 0, err
	}
	defer func() {
		if found == 0 {
			err = errors.Join(err, os.RemoveAll(work))
		}
	}()
	if o.round >= 0 {
		result, err := o.play(o.round, work, stdout)
		return len(result.Findings), err
	}
	for p := s.progress(o.seed); p.Took < time.Duration(o.minutes*float64(time.Minute)); {
		result, err := o.play(p.Rounds, work, stdout)
		if err != nil {
			return found, err
		}
		found += len(result.Findings)
		if err := s.add(o.seed, result); err != nil {
			return found, err
		}
	}
	return found, nil
}

// play runs a round and reports its result. Its files stay if something was found.
func (o options) play(number int, work string, stdout io.Writer) (outcome, error) {
	r := &round{seed: o.seed, number: number, programs: o.programs, dir: filepath.Join(work, fmt.Sprintf("round%d", number))}
	result, err := r.run()
	if err != nil {
		return result, fmt.Errorf("round %d of seed %d: %w", number, o.seed, err)
	}
	faults := 0
	for _, n := range result.Faults {
		faults += n
	}
	fmt.Fprintf(stdout, "seed %d, round %d: %s, %.1f s, %d faults, %d runners, %d cases, %d handovers, %d findings\n", o.seed, number,
		r.plan.scope, result.Took.Seconds(), faults, result.Seen.Runners, result.Seen.Cases, result.Seen.Handovers, len(result.Findings))
	if len(result.Findings) == 0 {
		return result, os.RemoveAll(r.dir)
	}
	for _, finding := range result.Findings {
		fmt.Fprintln(stdout, "  "+finding)
	}
	fmt.Fprintf(stdout, "  its files are in %s; run it again with -seed %d -round %d\n", r.dir, o.seed, number)
	return result, nil
}
