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
//	--help
//
// prints the commands, and the options of grouped tests.
//
// # Environment
//
// RULES_INTERLOCK_BAZEL is the Bazel to ask, by default the one on PATH.
//
// # Exit codes
//
// 0 for success, 2 for a wrong command line, 1 for any other failure.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/options"
)

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// errUsage is for a wrong command line.
var errUsage = errors.New("usage: interlock COMMAND [ARGUMENT...], where the commands are\n" +
	"  plan [--json] [FLAG...] TARGET                  how the cases of a test are divided, and what they will take\n" +
	"  resources [FLAG...] [PATTERN...]                the --local_resources for tests that carry resource tags\n" +
	"  timings [--from DIR]... [FLAG...] [PATTERN...]  collect what cases took into the files that targets declare\n" +
	"Other FLAGs are for Bazel")

var commands = map[string]func(b bazel, args []string, stdout io.Writer) error{
	"plan":      printPlan,
	"resources": resources,
	"timings":   timings,
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
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, err)
		return 2
	}
	fmt.Fprintln(stderr, "interlock:", err)
	return 1
}
