// Interlock is the command for people whose tests use rules_interlock.
//
// # Usage
//
//	bazel run @rules_interlock//tools/interlock -- resources [FLAG...] [PATTERN...]
//
// resources prints, one a line and sorted, the --local_resources that Bazel
// needs for --@rules_interlock//rules:resource_tags: one for each resource
// group that all cases of a test hold, of the tests that the target patterns
// match (by default //...) and that are not manual. FLAGs, which begin with "--", are for Bazel's
// cquery.
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
)

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

var errUsage = errors.New("usage: interlock resources [FLAG...] [PATTERN...]")

func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	err := errUsage
	if len(args) > 0 && args[0] == "resources" {
		err = resources(newBazel(getenv, stderr), args[1:], stdout)
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
