package exec_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/exec"
)

var x = event.Case{Name: "x_test", Class: "//pkg:x_test"}

func greeting(event.Batch) (env []string, done func(), err error) {
	return []string{"GREETING=hello"}, func() {}, nil
}

func program(script string) *exec.Program {
	return &exec.Program{Case: x, Path: "/bin/sh", Args: []string{"-c", script}, Env: greeting, Grace: time.Minute}
}

// run returns how the only case of p ended, and what it wrote.
func run(ctx context.Context, p *exec.Program) (event.Outcome, string) {
	var r recorder
	p.Run(ctx, event.Batch{Cases: p.Cases()}, &r)
	return r.outcome, r.output.String()
}

type recorder struct {
	output  strings.Builder
	outcome event.Outcome
}

func (*recorder) Started(event.Case)                      {}
func (*recorder) Paused(event.Case)                       {}
func (*recorder) Resumed(event.Case)                      {}
func (r *recorder) Output(_ event.Case, text []byte)      { r.output.Write(text) }
func (r *recorder) Finished(_ event.Case, o event.Result) { r.outcome = o.Outcome }

func TestTheProgramIsTheOneCase(t *testing.T) {
	if got := program("").Cases(); !slices.Equal(got, []event.Case{x}) {
		t.Errorf("got %v", got)
	}
}

func TestOutcomes(t *testing.T) {
	for script, want := range map[string]event.Outcome{
		"exit 0":        {Status: event.Passed},
		"exit 3":        {Status: event.Failed, Type: event.TypeExit, Message: "exit code 3", ExitCode: 3},
		"kill -KILL $$": {Status: event.Failed, Type: event.TypeSignal, Message: "killed by signal: killed", ExitCode: 137},
	} {
		if got, output := run(t.Context(), program("echo $GREETING; "+script)); got != want || output != "hello\n" {
			t.Errorf("%s: got %+v, %q, want %+v", script, got, output, want)
		}
	}
}

func TestProgramThatCannotStartIsAnError(t *testing.T) {
	p := program("")
	p.Path = filepath.Join(t.TempDir(), "missing")
	got, _ := run(t.Context(), p)
	if got.Status != event.Errored || got.Type != event.TypeStart || !strings.Contains(got.Message, "no such file") {
		t.Errorf("got %+v", got)
	}
}

func TestStopEndsTheProgram(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, _ := run(ctx, program("exec sleep 1000"))
	if got.Status != event.Failed || got.Type != event.TypeSignal {
		t.Errorf("got %+v", got)
	}
}
