package child_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// What the program leaves running in its group is killed, and what it wrote
// before is kept.
func TestOrphansInTheGroupAreKilled(t *testing.T) {
	t.Parallel()
	group := pipetest.NewLifeline(t)
	result, output := run(t, `exec 9> "$1"
		(echo orphan; echo started >&9; while :; do sleep 1000; done) &
		read x < "$2"; echo leader; exit 4`, group.Path, openedAfter(t, group))
	if result.ExitCode != 4 || output != "orphan\nleader\n" {
		t.Errorf("got %+v, %q", result, output)
	}
	group.AwaitGone()
}

// openedAfter returns a gate that opens when a line came through f.
func openedAfter(t *testing.T, f *pipetest.Lifeline) string {
	t.Helper()
	gate := pipetest.NewGate(t)
	go func() {
		f.Line()
		gate.Open()
	}()
	return gate.Path
}
