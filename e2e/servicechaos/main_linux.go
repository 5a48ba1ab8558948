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
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
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
	campaign.Options
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
	flags := o.Flags(args[0])
	flags.Func("runner", "`file` of the runner", campaign.File(&o.programs.runner))
	flags.Func("interlock", "`file` of the command", campaign.File(&o.programs.interlock))
	flags.Func("program", "`file` of the program that is a case", campaign.File(&o.programs.program))
	flags.Func("cases", "`file` of the test binary with the cases", campaign.File(&o.programs.cases))
	return o, campaign.Parse(flags, args[1:])
}

func chaos(args []string, stdout io.Writer) (code int, err error) {
	o, err := parseOptions(args)
	if err != nil {
		return 2, err
	}
	s, err := loadState(o.State)
	if err != nil {
		return 2, err
	}
	return o.Run(stdout, s.table, func() (int, error) { return o.rounds(s, stdout) })
}

// rounds runs rounds until the time is up, and returns how much was found.
func (o options) rounds(s *state, stdout io.Writer) (found int, err error) {
	return campaign.InFolder("services", func(work string) (int, error) {
		return campaign.Rounds(o.Options, &s.Seeds, func(number int) (outcome, error) {
			return o.play(number, work, stdout)
		}, outcome.found, func(result outcome) error { return s.add(o.Seed, result) })
	})
}

// play runs a round and reports its result. Its files stay if something was found.
func (o options) play(number int, work string, stdout io.Writer) (outcome, error) {
	r := &round{seed: o.Seed, number: number, programs: o.programs, dir: filepath.Join(work, fmt.Sprintf("round%d", number))}
	result, err := r.run()
	if err != nil {
		return result, fmt.Errorf("round %d of seed %d: %w", number, o.Seed, err)
	}
	fmt.Fprintf(stdout, "seed %d, round %d: %s, %.1f s, %d faults, %d runners, %d cases, %d handovers, %d findings\n", o.Seed, number,
		r.plan.scope, result.Took.Seconds(), campaign.Sum(result.Faults), result.Seen.Runners, result.Seen.Cases, result.Seen.Handovers, len(result.Findings))
	if len(result.Findings) == 0 {
		return result, os.RemoveAll(r.dir)
	}
	for _, finding := range result.Findings {
		fmt.Fprintln(stdout, "  "+finding)
	}
	fmt.Fprintf(stdout, "  its files are in %s; run it again with -seed %d -round %d\n", r.dir, o.Seed, number)
	return result, nil
}

// found returns how much is wrong.
func (o outcome) found() int { return len(o.Findings) }
