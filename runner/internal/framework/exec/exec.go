// Package exec is the framework of a program that is one case as a whole.
package exec

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// Program is a program that passes by exiting with 0.
type Program struct {
	// Case names it.
	Case event.Case
	// Path is its file.
	Path string
	// Args are its arguments.
	Args []string
	// Env is its environment.
	Env []string
	// Stdin is its standard input.
	Stdin *os.File
	// Grace is how long it has between SIGTERM and SIGKILL.
	Grace time.Duration
}

// Cases returns the one case.
func (p *Program) Cases() []event.Case { return []event.Case{p.Case} }

// Run implements engine.Framework.
func (p *Program) Run(ctx context.Context, batch []event.Case, report event.Report) (again [][]event.Case) {
	for _, c := range batch {
		report.Started(c)
		outcome := p.run(ctx, event.Writer(c, report))
		report.Finished(c, event.Result{Outcome: outcome})
	}
	return nil
}

func (p *Program) run(ctx context.Context, output io.Writer) event.Outcome {
	result, err := child.Run(ctx, child.Command{
		Path: p.Path, Args: p.Args, Env: p.Env, Stdin: p.Stdin, Output: output, Grace: p.Grace,
	})
	switch {
	case err != nil:
		return event.Outcome{Status: event.Errored, Type: event.TypeStart, Message: err.Error()}
	case result.Signal != "":
		return event.Outcome{
			Status: event.Failed, Type: event.TypeSignal, ExitCode: result.ExitCode,
			Message: "killed by signal: " + result.Signal,
		}
	case result.ExitCode != 0:
		return event.Outcome{
			Status: event.Failed, Type: event.TypeExit, ExitCode: result.ExitCode,
			Message: fmt.Sprintf("exit code %d", result.ExitCode),
		}
	}
	return event.Outcome{Status: event.Passed}
}
