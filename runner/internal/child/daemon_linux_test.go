package child_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A process that left the group, and keeps the pipe open, is not waited for.
func TestDaemonDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	started := newFifo(t)
	gate, open := newGate(t)
	result, output := run(t, `exec 9> "$1"
		setsid sh -c 'echo started >&9; read x < "$1"' sh "$2" &
		read x < "$3"; echo leader`, started.path, gate, openedAfter(t, started))
	if result.ExitCode != 0 || output != "leader\n" {
		t.Errorf("got %+v, %q", result, output)
	}
	open()
	started.awaitGone()
}

// Nor is one that writes for ever; what the program wrote is complete anyway.
func TestDaemonThatWritesForEverDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	started := newFifo(t)
	result, output := run(t, `exec 9> "$1"
		setsid sh -c 'echo started >&9; while :; do echo noise; done' &
		read x < "$2"; echo leader`, started.path, openedAfter(t, started))
	if result.ExitCode != 0 || !strings.Contains(output, "leader") {
		t.Errorf("got %+v, %d bytes", result, len(output))
	}
	started.awaitGone() // it dies of writing to a pipe that nobody reads
}

// A process that is killed cannot clean up: the kernel kills its child.
func TestChildDiesWithItsParent(t *testing.T) {
	t.Parallel()
	lifeline := newFifo(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), `RUN_AS_CHILD=exec 9> "$FIFO"; echo ready >&9; exec sleep 1000`, "FIFO="+lifeline.path)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lifeline.line()
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	lifeline.awaitGone()
}

// A child that had a descriptor of this process could keep what that locked.
func TestNoDescriptorReachesTheChild(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a-lock-file")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, output := run(t, "exec ls -l /proc/self/fd"); strings.Contains(output, path) {
		t.Errorf("the child has it:\n%s", output)
	}
}
