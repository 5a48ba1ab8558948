package child_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// stopWhenReady runs a script, ends the context when the script has written
// a line to $1, and returns the result.
func stopWhenReady(t *testing.T, script string, grace time.Duration) (child.Result, string, *pipetest.Lifeline) {
	t.Helper()
	ready := pipetest.NewLifeline(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		ready.Line()
	}()
	var output bytes.Buffer
	c := shell(script, &output, ready.Path)
	c.Grace = grace
	result := runCommand(ctx, t, c)
	return result, output.String(), ready
}

func TestStoppedProgramGetsSIGTERM(t *testing.T) {
	t.Parallel()
	result, output, _ := stopWhenReady(t, `trap 'echo cleaning up; exit 3' TERM
		exec 9> "$1"; echo ready >&9; while :; do sleep 0.05; done`, pipetest.Soon)
	if result.ExitCode != 3 || !strings.HasSuffix(output, "cleaning up\n") {
		t.Errorf("got %+v, %q", result, output)
	}
}

func TestSIGTERMAloneEndsAProgramThatDoesNotCatchIt(t *testing.T) {
	t.Parallel()
	result, _, _ := stopWhenReady(t, `exec 9> "$1"; echo ready >&9; exec sleep 1000`, pipetest.Soon)
	if want := (child.Result{ExitCode: 128 + 15, Signal: "terminated"}); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
}

func TestStubbornProgramIsKilledAfterTheGrace(t *testing.T) {
	t.Parallel()
	result, _, process := stopWhenReady(t, `trap '' TERM
		exec 9> "$1"; echo ready >&9; while :; do sleep 1000; done`, 50*time.Millisecond)
	if want := (child.Result{ExitCode: 128 + 9, Signal: "killed"}); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
	process.AwaitGone()
}

// The whole group is asked to end. A member that does not end is killed when the leader has
// ended, without the grace.
func TestStopReachesTheWholeGroup(t *testing.T) {
	t.Parallel()
	result, _, group := stopWhenReady(t, `exec 9> "$1"
		(trap '' TERM; echo ready >&9; while :; do sleep 1000; done) &
		wait`, pipetest.Soon)
	if result.ExitCode != 128+15 {
		t.Errorf("got %+v", result)
	}
	group.AwaitGone()
}

func TestContextThatHasEndedStopsAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if result := runCommand(ctx, t, shell("sleep 1000", &bytes.Buffer{})); result.ExitCode != 128+15 {
		t.Errorf("got %+v", result)
	}
}

// If programs end just when they are stopped, Run returns, whichever comes first, and signals
// nobody afterwards.
func TestEndAndStopAtOnce(t *testing.T) {
	t.Parallel()
	for i := range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*100*time.Microsecond)
		result := runCommand(ctx, t, shell("exit 0", &bytes.Buffer{}))
		if result.ExitCode != 0 && result.Signal != "terminated" {
			t.Errorf("got %+v", result)
		}
		cancel()
	}
}

type urgentError struct{}

func (urgentError) Error() string { return "the house is on fire" }
func (urgentError) AtOnce() bool  { return true }

func TestUrgentCauseKillsAtOnce(t *testing.T) {
	t.Parallel()
	ready := pipetest.NewLifeline(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		ready.Line()
		cancel(fmt.Errorf("stopped: %w", urgentError{}))
	}()
	var output bytes.Buffer
	c := shell(`trap 'echo cleaning up' TERM
		exec 9> "$1"; echo ready >&9; while :; do sleep 0.05; done`, &output, ready.Path)
	c.Grace = time.Hour
	result := runCommand(ctx, t, c)
	if want := (child.Result{ExitCode: 128 + 9, Signal: "killed"}); result != want || output.Len() > 0 {
		t.Errorf("got %+v, %q, want %+v", result, output.String(), want)
	}
}
