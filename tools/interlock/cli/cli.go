// Package cli is the command line of interlock, which the program, ../, describes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// Main runs the command in the arguments of this process, and returns its exit code. cluster
// knows the groups of scope cluster; nil for a program without it.
func Main(cluster *command.Cluster) int {
	if args := os.Args[1:]; len(args) > 0 && machineCommands[args[0]] != nil {
		return exitCode(runOnMachine(args, cluster), os.Stderr)
	}
	return run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
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
	"timings":   collectTimings,
}

// machineCommands are the commands that ask the machine, and not Bazel.
var machineCommands = map[string]func(context.Context, command.Invocation) error{
	"host":   command.Host,
	"lock":   command.Lock,
	"status": command.Status,
}

// runOnMachine runs such a command, with the streams and the environment of this process.
func runOnMachine(args []string, cluster *command.Cluster) error {
	return machineCommands[args[0]](context.Background(), command.Invocation{
		Args: args[1:], Lookup: os.LookupEnv, Cluster: cluster, Dir: os.Getenv("BUILD_WORKING_DIRECTORY"),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
}

// help prints what -h, -help, --help and the command help print.
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

// exitCode reports what went wrong and returns the exit code.
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
