// Interlock is the command for people whose tests use rules_interlock.
//
// # Usage
//
//	bazel run @rules_interlock//tools:interlock -- COMMAND [ARGUMENT...]
//
// In each command, FLAGs are those that begin with "--" and that the command
// does not have itself; they are for Bazel. PATTERNs are target patterns, by
// default //..., and match the grouped tests that are not manual. A "-" before
// one takes its targets away.
//
//	plan [--json] [FLAG...] TARGET
//
// prints how a test's cases are divided and what that is expected to take: its
// groups with their chains, the shards with their loads, the longest cases, and
// the bound that no schedule can beat, with the reason. With --json it prints
// the plan itself (package runner/planfile). It builds the target and lists its
// cases, but runs none.
//
//	resources [FLAG...] [PATTERN...]
//
// prints, one a line and sorted, the --local_resources that Bazel needs for
// --@rules_interlock//rules:resource_tags: one for each resource group that all
// cases of a test hold.
//
//	timings [--from DIR]... [FLAG...] [PATTERN...]
//
// writes what cases take into the files that targets declare as their timings.
// It finds that in the test.xml files of bazel-testlogs and of the folders DIR,
// which are laid out alike: for each case, the time that 85 % of its passed runs
// did not exceed, to two digits. Since new timings void cached results, those of
// a target are only written where its cases are expected to take at least 5 %
// less time with them.
//
// The other commands have nothing to do with Bazel, and take only flags of their
// own (package runner/command):
//
//	status [--watch] [--json] [--scope=SCOPE,...]
//
// prints which groups of the scopes build, host and cluster are held or waited
// for, by whom, since when, and which of their units; with --json as one object
// (type Report there). With --watch it does so each second: on a terminal in
// place of the last one, for a pipe if something has changed, with --json on a
// line of its own.
//
//	lock NAME [--scope=host|cluster] [--capacity=N | --instances=NAME,...] [--rate=RATE]
//	          [--weight=N | --shared] [--timeout=DURATION] -- PROGRAM [ARGUMENT...]
//
// holds the group with the key NAME while PROGRAM runs.
//
//	host init
//
// makes the folder for the locks of scope host: for all users if root does it,
// or else for the user.
//
//	--help
//
// prints the commands, and the options of grouped tests.
//
// # Environment
//
// RULES_INTERLOCK_BAZEL is the Bazel to ask, by default the one on PATH. For
// INTERLOCK_HOST_DIR and INTERLOCK_COORDINATOR see docs/locking.md.
//
// # Exit codes
//
// 0 for success, 2 for a wrong command line, 1 for any other failure. Those of
// lock are those of the program, or 128+n if signal n killed it; and 69 if the
// group could not be held or was lost, 124 if it was not to be had in time, 126
// and 127 if the program cannot be run or does not exist.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/command"
	"github.com/interlock-build/rules_interlock/runner/options"
)

func main() {
	if args := os.Args[1:]; len(args) > 0 && machineCommands[args[0]] != nil {
		os.Exit(exitCode(runOnMachine(args), os.Stderr))
	}
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// errUsage is for a wrong command line.
var errUsage = errors.New("usage: interlock COMMAND [ARGUMENT...], where the commands are\n" +
	"  plan [--json] [FLAG...] TARGET                  how the cases of a test are divided, and what they will take\n" +
	"  resources [FLAG...] [PATTERN...]                the --local_resources for tests that carry resource tags\n" +
	"  timings [--from DIR]... [FLAG...] [PATTERN...]  collect what cases took into the files that targets declare\n" +
	"where other FLAGs are for Bazel, and\n" +
	"  status [--watch] [--json] [--scope=SCOPE,...]   who holds which group, and who waits for it\n" +
	"  lock NAME [--scope=host|cluster] [--capacity=N | --instances=NAME,...] [--rate=RATE]\n" +
	"       [--weight=N | --shared] [--timeout=DURATION] -- PROGRAM [ARGUMENT...]\n" +
	"                                                  hold the group with the key NAME while PROGRAM runs\n" +
	"  host init                                       make the folder for the locks of scope host")

var commands = map[string]func(b bazel, args []string, stdout io.Writer) error{
	"plan":      printPlan,
	"resources": resources,
	"timings":   timings,
}

// machineCommands are those that ask the machine, and not Bazel.
var machineCommands = map[string]func(context.Context, command.Invocation) error{
	"host":   command.Host,
	"lock":   command.Lock,
	"status": command.Status,
}

// runOnMachine runs such a command, with what this process has.
func runOnMachine(args []string) error {
	return machineCommands[args[0]](context.Background(), command.Invocation{
		Args: args[1:], Lookup: os.LookupEnv, Dir: os.Getenv("BUILD_WORKING_DIRECTORY"),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
}

// help is what -h, -help, --help and the command help print.
func help(stdout io.Writer) {
	fmt.Fprintf(stdout, "%v\n\nA grouped test has options, for its args or for --test_arg:\n%s", errUsage, options.Usage())
}

func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help", "help"}, args[0]) {
		help(stdout)
		return 0
	}
	err := errUsage
	if len(args) > 0 && commands[args[0]] != nil {
		err = commands[args[0]](newBazel(getenv, stderr), args[1:], stdout)
	}
	return exitCode(err, stderr)
}

// exitCode says what went wrong and returns the code to end with.
func exitCode(err error, stderr io.Writer) int {
	var exit *command.ExitError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, err)
		return 2
	case errors.Is(err, command.ErrUsage):
		fmt.Fprintf(stderr, "%v\n%v\n", err, errUsage)
		return 2
	case errors.As(err, &exit):
		if exit.Err != nil {
			fmt.Fprintln(stderr, "interlock:", exit.Err)
		}
		return exit.Code
	}
	fmt.Fprintln(stderr, "interlock:", err)
	return 1
}
