package command

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// One program at a time holds a group of a real cluster, each with a greater fencing token, and
// the status has the holder and the waiter.
func TestLockOfACluster(t *testing.T) {
	c := etcdtest.New(t, etcdtest.Options{})
	file, err := etcdtest.WriteCoordinator(t.TempDir(), c.Coordinator())
	if err != nil {
		t.Fatal(err)
	}
	holder := startLock(t, file, `echo "$INTERLOCK_ACME_LLM_FENCE"; read line`)
	first := holder.line()
	waiter := startLock(t, file, `echo "$INTERLOCK_ACME_LLM_FENCE"; read line`)
	use := awaitStatus(t, file, "cluster", ofAll, func(g Group) bool { return len(g.Holders) == 1 && len(g.Queue) == 1 })
	if !strings.HasPrefix(use.Holders[0].Case, "sh -c echo") || !slices.Equal(use.Holders[0].Slots, []int{0}) || use.Holders[0].Fence == 0 {
		t.Errorf("the status is %+v", use)
	}
	holder.finish()
	if second := waiter.line(); len(second) < len(first) || len(second) == len(first) && second <= first {
		t.Errorf("the fencing tokens are %q, then %q", first, second)
	}
	waiter.finish()
	awaitStatus(t, file, "cluster", ofAll, func(g Group) bool { return g.Key == "" })
}

// locked is a Lock of the group acme/llm under way.
type locked struct {
	t      *testing.T
	stdin  *os.File
	stdout *bufio.Reader
	ended  chan error
}

func startLock(t *testing.T, coordinatorFile, script string) *locked {
	t.Helper()
	stdin, toStdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, toStdout, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := &locked{t, toStdin, bufio.NewReader(stdout), make(chan error, 1)}
	go func() {
		i := Invocation{
			Args:  []string{"acme/llm", "--scope=cluster", "--", "sh", "-c", script},
			Stdin: stdin, Stdout: toStdout, Stderr: os.Stderr, Cluster: withCluster, Lookup: lookupOf(coordinatorFile),
		}
		l.ended <- Lock(t.Context(), i)
		_, _ = stdin.Close(), toStdout.Close()
	}()
	t.Cleanup(func() { _, _ = toStdin.Close(), stdout.Close() })
	return l
}

func lookupOf(coordinatorFile string) func(string) (string, bool) {
	return func(name string) (string, bool) { return coordinatorFile, name == coordinator.Variable }
}

// line returns the next line of the program.
func (l *locked) line() string {
	l.t.Helper()
	line, err := l.stdout.ReadString('\n')
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// finish lets the program end.
func (l *locked) finish() {
	l.t.Helper()
	_, _ = l.stdin.WriteString("\n")
	if err := <-l.ended; err != nil {
		l.t.Error(err)
	}
}
