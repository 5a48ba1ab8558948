//go:build unix

package child_test

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// Signals that do not end a run may mean something to the program. This test
// is not parallel: every child of this process gets the signal.
func TestSignalsArePassedOn(t *testing.T) {
	ready := pipetest.NewLifeline(t)
	go func() {
		ready.Line()
		_ = syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	}()
	var output bytes.Buffer
	result := runCommand(t.Context(), t, shell(`trap 'echo caught; exit 5' USR1
		exec 9> "$1"; echo ready >&9; while :; do sleep 0.05; done`, &output, ready.Path))
	if result.ExitCode != 5 || !strings.HasSuffix(output.String(), "caught\n") {
		t.Errorf("got %+v, %q", result, output.String())
	}
}
