package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/terminal"
	"github.com/interlock-build/rules_interlock/internal/variables"
)

// runHolding runs the program, and passes signals on to it, while the group is held.
func (i Invocation) runHolding(ctx context.Context, a lockArguments, held lock.Held, signals <-chan os.Signal) error {
	c, err := i.commandOf(a, held)
	if err != nil {
		return err
	}
	c.Signals = signals
	c.Begun = held.Begun
	if terminal.IsForeground(i.Stdin) {
		c.Terminal = i.Stdin
	}
	ctx, release := untilLost(ctx, held)
	defer release()
	result, err := child.Run(ctx, c)
	if err != nil {
		return &ExitError{ExitCannotExecute, err}
	}
	if err := held.Confirm(); err != nil {
		return &ExitError{ExitUnavailable, fmt.Errorf("%s was lost while the program ran, so it may not have had it alone: %w", a.group.Label, err)}
	}
	if result.ExitCode != 0 {
		return &ExitError{Code: result.ExitCode}
	}
	return nil
}

// commandOf returns how to run the program.
func (i Invocation) commandOf(a lockArguments, held lock.Held) (child.Command, error) {
	path, err := i.lookPath(a.program[0])
	if err != nil {
		return child.Command{}, err
	}
	env, err := environmentOf(a, held)
	if err != nil {
		return child.Command{}, err
	}
	return child.Command{
		Path: path, Args: a.program[1:], Env: env,
		Stdin: i.Stdin, Stdout: i.Stdout, Stderr: i.Stderr, Output: io.Discard,
	}, nil
}

// lookPath returns the path of a program that runs in the folder of the user.
func (i Invocation) lookPath(program string) (string, error) {
	if i.Dir != "" {
		if err := os.Chdir(i.Dir); err != nil {
			return "", err
		}
	}
	path, err := exec.LookPath(program)
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return "", &ExitError{ExitNotFound, err}
	case err != nil:
		return "", &ExitError{ExitCannotExecute, err}
	}
	return path, nil
}

// environmentOf returns the variables of this process and of the group.
func environmentOf(a lockArguments, held lock.Held) ([]string, error) {
	g := manifest.Group{Label: a.group.Label, Name: a.group.Name, Definition: a.group.Definition}
	set, err := variables.ByLabel([]manifest.Group{g})[g.Label].Of(held.Grants()[g.Label])
	if err != nil {
		return nil, err
	}
	env := os.Environ()
	for name, value := range set {
		env = append(env, name+"="+value) // of two, the last counts (os/exec.Cmd)
	}
	return env, nil
}

// lostError is the cause if the group of a running program was lost.
type lostError struct{}

func (lostError) Error() string { return "the group was lost" }

// AtOnce leaves the program no grace, because somebody else may have the group.
func (lostError) AtOnce() bool { return true }

// untilLost returns a context that ends when held is lost.
func untilLost(ctx context.Context, held lock.Held) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-held.Lost():
			cancel(lostError{})
		case <-ctx.Done():
		}
	})
	return ctx, func() { cancel(nil); watcher.Wait() }
}
