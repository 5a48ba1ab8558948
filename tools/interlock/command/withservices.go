package command

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/terminal"
)

// WithServices runs a program, such as bazel test, while a keeper of services is up. The keeper
// ends with the last such program, unless `services up` has asked it to stay. If the program fails,
// or a signal ends it, the error is an *ExitError with its exit code or 128+n.
func WithServices(_ context.Context, i Invocation) error {
	program := i.Args
	if len(program) > 0 && program[0] == "--" {
		program = program[1:]
	}
	if len(program) == 0 {
		return usageError("with-services needs a program, such as -- bazel test //...")
	}
	path, err := i.lookPath(program[0])
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, ending()...)
	defer signal.Stop(signals)
	c, _, err := i.join(keeper.Request{Version: keeper.Version, Attach: true})
	if err != nil {
		return err
	}
	defer c.Close()
	return i.runBeside(&exec.Cmd{
		Path: path, Args: program, Dir: i.Dir, Stdin: i.Stdin, Stdout: i.Stdout, Stderr: i.Stderr,
	}, signals)
}

// runBeside runs a program to its end, and no further: what it leaves behind, such as a Bazel server,
// is meant to stay. A signal from the terminal reaches the program anyway.
func (i Invocation) runBeside(c *exec.Cmd, signals <-chan os.Signal) error {
	if err := c.Start(); err != nil {
		return &ExitError{ExitCannotExecute, err}
	}
	done := make(chan struct{})
	defer close(done)
	atTerminal := terminal.IsForeground(i.Stdin)
	go func() {
		for {
			select {
			case s := <-signals:
				if s != syscall.SIGINT || !atTerminal {
					_ = c.Process.Signal(s)
				}
			case <-done:
				return
			}
		}
	}()
	err := c.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return &ExitError{Code: exitCodeOf(exit)}
	}
	return err
}

// exitCodeOf returns the exit code of a program, as a shell has it.
func exitCodeOf(e *exec.ExitError) int {
	if s, ok := e.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return e.ExitCode()
}
