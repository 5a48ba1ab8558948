// Package exec is the framework for a program that is one case as a whole.
package exec

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/event"
)

// Program is a program that passes by exiting with 0.
type Program struct {
	// Case names it.
	Case event.Case
	// Path is its file.
	Path string
	// Args are its arguments.
	Args []string
	// Env returns its environment for a batch, and a function to call when the program has ended.
	Env func(event.Batch) (env []string, done func(), err error)
	// Stdin is its standard input.
	Stdin *os.File
	// Grace is how long it has between SIGTERM and SIGKILL.
	Grace time.Duration
	// LeakTimeout is how long its output may stay open after it has ended. 0 means any time, and
	// nothing checks what it leaves behind.
	LeakTimeout time.Duration
}

// Cases returns the one case.
func (p *Program) Cases() []event.Case { return []event.Case{p.Case} }

// Run implements engine.Framework.
func (p *Program) Run(ctx context.Context, batch event.Batch, report event.Report) (again [][]event.Case) {
	for _, c := range batch.Cases {
		report.Started(c)
		result, err := p.run(ctx, batch, event.Writer(c, report), func() { event.Begun(report) })
		finished := event.Result{Outcome: outcomeOf(result, err)}
		if result.Leak != "" {
			finished.Leak = c.FullName() + " " + result.Leak
		}
		report.Finished(c, finished)
	}
	return nil
}

func (p *Program) run(ctx context.Context, batch event.Batch, output io.Writer, begun func()) (child.Result, error) {
	env, done, err := p.Env(batch)
	if err != nil {
		return child.Result{}, err
	}
	defer done()
	return child.Run(ctx, child.Command{
		Path: p.Path, Args: p.Args, Env: env, Stdin: p.Stdin, Output: output, Grace: p.Grace, LeakTimeout: p.LeakTimeout,
		Begun: begun, Hurry: batch.Lost,
	})
}

func outcomeOf(result child.Result, err error) event.Outcome {
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
