package protocol

import (
	"context"
	"crypto/rand"
	"os"
	"runtime"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/terminal"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// Of returns the framework of a test.
func Of(t framework.Test) (framework.Framework, error) {
	return subject{New(Options{
		Class: t.Label, Path: t.Program, Args: t.Args, Filter: t.Filter, Env: t.Env, CaseEnv: t.CaseEnv,
		Ahead:     func(cases int) int { return worthStarting(cases/t.Shards, t.Workers) },
		StopAtBad: t.StopAtBad, Sharded: t.Shards > 1, Single: t.Workers <= 1,
		Ordered: t.Shuffle, InOrder: t.Workers == 0, RunID: rand.Text(),
		Stdin: t.Stdin, Log: t.Log, Grace: t.Grace, LeakTimeout: t.LeakTimeout, Dir: t.TmpDir,
		Shared: shorter(os.TempDir(), t.TmpDir), AllowEmpty: t.AllowEmpty, Terminal: terminalOf(t),
	}), t.Workers}, nil
}

// subject is a program, and how many of its cases run at once.
type subject struct {
	*Program
	workers int
}

// List implements framework.Framework.
func (s subject) List(ctx context.Context, _ event.Batch) ([]event.Listed, error) {
	return s.Program.List(ctx)
}

// Traits implements framework.Framework.
func (s subject) Traits() framework.Traits {
	return framework.Traits{Batches: true, Style: report.Style{Grouped: s.workers > 1, Brief: true}}
}

// shorter returns the shorter of two paths, the second of which may be empty. The path of a Unix
// socket has room for 107 bytes (unix(7)), and TEST_TMPDIR is longer in a sandbox.
func shorter(a, b string) string {
	if b != "" && len(b) < len(a) {
		return b
	}
	return a
}

// terminalOf returns the terminal of the user that waits for a test that runs in order in one
// process; nil if there is none.
func terminalOf(t framework.Test) *os.File {
	if t.Workers == 0 && terminal.Is(t.Stdin) {
		return t.Stdin
	}
	return nil
}

// worthStarting returns how many workers there will be work for, if a shard has at least that
// many cases. More workers than CPUs would only slow down the first one, which has to list the
// cases.
func worthStarting(cases, workers int) int {
	return min(cases/2, workers, runtime.NumCPU())
}
