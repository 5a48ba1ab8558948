package child_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// In tests that kill the process between a test and a child, this is that process.
func init() {
	if script := os.Getenv("RUN_AS_CHILD"); script != "" {
		_, _ = child.Run(context.Background(), shell(script, os.Stdout))
		os.Exit(0)
	}
}

// shell returns a command for a script whose arguments are $1 and so on.
func shell(script string, output io.Writer, args ...string) child.Command {
	return child.Command{
		Path: "/bin/sh", Args: append([]string{"-c", script, "sh"}, args...),
		Env: os.Environ(), Output: output, Grace: pipetest.Soon,
	}
}

// run runs a script to its end and returns its result and output.
func run(t *testing.T, script string, args ...string) (child.Result, string) {
	t.Helper()
	var output bytes.Buffer
	result := runCommand(t.Context(), t, shell(script, &output, args...))
	return result, output.String()
}

// runCommand fails the test if c cannot be run, or does not end.
func runCommand(ctx context.Context, t *testing.T, c child.Command) child.Result {
	t.Helper()
	type end struct {
		result child.Result
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		result, err := child.Run(ctx, c)
		ended <- end{result, err}
	}()
	select {
	case e := <-ended:
		if e.err != nil {
			t.Fatal(e.err)
		}
		return e.result
	case <-time.After(pipetest.Soon):
		t.Fatal("Run does not return")
		panic("unreachable")
	}
}
