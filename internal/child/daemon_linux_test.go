package child_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// A process that left the group, and keeps the pipe open, does not delay the end, and is then
// gone: it may have a port that the next case needs.
func TestDaemonIsGoneAtTheEnd(t *testing.T) {
	t.Parallel()
	started := pipetest.NewLifeline(t)
	result, output := run(t, `exec 9> "$1"
		setsid sh -c 'echo started >&9; exec sleep 1000' &
		read x < "$2"; echo leader`, started.Path, openedAfter(t, started))
	if result.ExitCode != 0 || output != "leader\n" {
		t.Errorf("got %+v, %q", result, output)
	}
	started.AwaitGone()
}

// Daemons that end are reaped as they do, and not only when the program has ended.
func TestDaemonsAreReapedAsTheyEnd(t *testing.T) {
	t.Parallel()
	_, output := run(t, `for i in $(seq 300); do (setsid true &); (true &); done; sleep 1
		cat /proc/[0-9]*/stat 2>/dev/null | grep -c "^[0-9]* (true) Z $PPID "`)
	if output != "0\n" {
		t.Errorf("there are %s zombies", output)
	}
}

// Nor does a process that writes for ever delay it; what the program wrote is complete anyway.
func TestDaemonThatWritesForEverDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	started := pipetest.NewLifeline(t)
	result, output := run(t, `exec 9> "$1"
		setsid sh -c 'echo started >&9; while :; do echo noise; done' &
		read x < "$2"; echo leader`, started.Path, openedAfter(t, started))
	if result.ExitCode != 0 || !strings.Contains(output, "leader") {
		t.Errorf("got %+v, %d bytes", result, len(output))
	}
	started.AwaitGone() // it dies from writing to a pipe that nobody reads
}

// A process that is dying still has its ports and files. So when Run returns,
// what was left of the group is not only killed but gone, to the last orphan
// of an orphan.
func TestOrphansAreGoneWhenRunReturns(t *testing.T) {
	t.Parallel()
	for range 20 {
		ready := pipetest.NewLifeline(t)
		_, output := run(t, `exec 9> "$1"
			(sh -c 'echo $$; echo ready >&9; exec sleep 1000' & exec sleep 1000) &
			read x < "$2"`, ready.Path, openedAfter(t, ready))
		pid, err := strconv.Atoi(strings.TrimSpace(output))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
			t.Errorf("the orphan %d is still there (%v)", pid, err)
		}
	}
}

// A process that is killed cannot clean up: the kernel kills its child.
func TestChildDiesWithItsParent(t *testing.T) {
	t.Parallel()
	lifeline := pipetest.NewLifeline(t)
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), `RUN_AS_CHILD=exec 9> "$FIFO"; echo ready >&9; exec sleep 1000`, "FIFO="+lifeline.Path)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lifeline.Line()
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	lifeline.AwaitGone()
}

// A child that had a descriptor of this process could keep what it had locked.
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
