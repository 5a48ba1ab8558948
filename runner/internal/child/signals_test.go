//go:build unix

package child_test

import (
	"bytes"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/pipetest"
)

// Signals that do not end a run may mean something to the program. This test
// is not parallel: every child of this process gets the signal.
func TestSignalsArePassedOn(t *testing.T) {
	// Run notifies itself only when the child has started; until then the
	// signal would kill this process.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGUSR1)
	defer signal.Stop(caught)
	ready := pipetest.NewLifeline(t)
	passed := make(chan struct{})
	go func() {
		ready.Line()
		for {
			_ = syscall.Kill(os.Getpid(), syscall.SIGUSR1)
			select {
			case <-passed:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	var output bytes.Buffer
	result := runCommand(t.Context(), t, shell(`trap 'echo caught; exit 5' USR1
		exec 9> "$1"; echo ready >&9; while :; do sleep 0.05; done`, &output, ready.Path))
	close(passed)
	if result.ExitCode != 5 || !strings.HasSuffix(output.String(), "caught\n") {
		t.Errorf("got %+v, %q", result, output.String())
	}
}
