package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// bazel asks Bazel about the user's workspace.
type bazel struct {
	program string
	dir     string
	stderr  io.Writer
}

func newBazel(getenv func(string) string, stderr io.Writer) bazel {
	return bazel{
		program: cmp.Or(getenv("RULES_INTERLOCK_BAZEL"), "bazel"),
		dir:     getenv("BUILD_WORKING_DIRECTORY"), // where the user started `bazel run`
		stderr:  stderr,
	}
}

// query returns the labels that a query finds, one a line.
func (b bazel) query(query string) (string, error) {
	return b.run("query", "--output=label", "--", query)
}

// cquery returns what a Starlark expression makes of each target that a query
// finds. The query may be longer than an argument can be.
func (b bazel) cquery(query, expression string, flags []string) (string, error) {
	file, err := os.CreateTemp("", "interlock-*.query")
	if err != nil {
		return "", err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(query)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", err
	}
	args := append([]string{"cquery"}, flags...)
	return b.run(append(args, "--output=starlark", "--starlark:expr="+expression, "--query_file="+file.Name())...)
}

func (b bazel) run(args ...string) (string, error) {
	cmd := exec.Command(b.program, args...)
	cmd.Dir, cmd.Stderr = b.dir, b.stderr
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", b.program, args[0], err)
	}
	return string(output), nil
}
