// Package cli is the command line of interlock, which the program, ../, describes.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// Main runs the command in the arguments of this process, and returns its exit code. cluster
// knows the groups of scope cluster; nil for a program without it.
func Main(cluster *command.Cluster) int {
	if args := os.Args[1:]; len(args) > 0 && machineCommands[args[0]] != nil && !asksForHelp(args[1:]) {
		u, _ := usageOf(args[0])
		return exitCode(u, runOnMachine(args, cluster), os.Stderr)
	}
	return run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
}

var commands = map[string]func(b bazel, args []string, stdout io.Writer) error{
	"plan":      printPlan,
	"resources": resources,
	"timings":   collectTimings,
}

// machineCommands are the commands that ask the machine, and not Bazel.
var machineCommands = map[string]func(context.Context, command.Invocation) error{
	"gate":          command.Gate,
	"host":          command.Host,
	"lock":          command.Lock,
	"services":      command.Services,
	"status":        command.Status,
	"with-services": command.WithServices,
}

// runOnMachine runs such a command, with the streams and the environment of this process.
func runOnMachine(args []string, cluster *command.Cluster) error {
	return machineCommands[args[0]](context.Background(), command.Invocation{
		Args: args[1:], Lookup: os.LookupEnv, Cluster: cluster, Dir: os.Getenv("BUILD_WORKING_DIRECTORY"),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
}

// version is that of the module, which the build sets; empty is that of no release.
var version string

func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, overview())
		return 2
	}
	name, others := args[0], args[1:]
	u, known := usageOf(name)
	switch {
	case name == "help" && len(others) > 0:
		if u, known = usageOf(others[0]); known {
			help(stdout, u)
			return 0
		}
		name = others[0]
	case name == "help" || slices.Contains(helpWords, name):
		help(stdout, usage{})
		return 0
	case name == "--version":
		fmt.Fprintln(stdout, "interlock", cmp.Or(version, "(no release)"))
		return 0
	case known && asksForHelp(others):
		help(stdout, u)
		return 0
	case known:
		return exitCode(u, commands[name](newBazel(getenv, stderr), others, stdout), stderr)
	}
	fmt.Fprintln(stderr, "interlock:", unknown(name))
	return 2
}

// exitCode says what went wrong and returns the code to end with.
func exitCode(u usage, err error, stderr io.Writer) int {
	var exit *command.ExitError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, command.ErrUsage):
		fmt.Fprintf(stderr, "%s\ninterlock: %v\nhint: interlock %s --help\n", u.line(), err, u.name)
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
