//go:build unix

package child_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/child"
)

// soon is far more than anything takes that a test waits for.
const soon = 30 * time.Second

// TestMain also is the process between the test and a child, in tests that
// kill such a process.
func TestMain(m *testing.M) {
	if script := os.Getenv("RUN_AS_CHILD"); script != "" {
		_, _ = child.Run(context.Background(), shell(script, os.Stdout))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// shell is a command for a script whose arguments are $1 and so on.
func shell(script string, output io.Writer, args ...string) child.Command {
	return child.Command{
		Path: "/bin/sh", Args: append([]string{"-c", script, "sh"}, args...),
		Env: os.Environ(), Output: output, Grace: soon,
	}
}

// run runs a script to its end and returns its result and output.
func run(t *testing.T, script string, args ...string) (child.Result, string) {
	t.Helper()
	var output bytes.Buffer
	result := runCommand(t.Context(), t, shell(script, &output, args...))
	return result, output.String()
}

// runCommand fails the test if c cannot be run, or does not end.
func runCommand(ctx context.Context, t *testing.T, c child.Command) child.Result {
	t.Helper()
	type end struct {
		result child.Result
		err    error
	}
	ended := make(chan end, 1)
	go func() {
		result, err := child.Run(ctx, c)
		ended <- end{result, err}
	}()
	select {
	case e := <-ended:
		if e.err != nil {
			t.Fatal(e.err)
		}
		return e.result
	case <-time.After(soon):
		t.Fatal("Run does not return")
		panic("unreachable")
	}
}

// fifo is a named pipe through which a script talks to its test. The script
// opens it with: exec 9> "$1". What it starts after that has it open, too.
type fifo struct {
	t      *testing.T
	path   string
	opened chan struct{}
	file   *os.File
	lines  *bufio.Reader
}

func newFifo(t *testing.T) *fifo {
	t.Helper()
	f := &fifo{t: t, path: filepath.Join(t.TempDir(), "fifo"), opened: make(chan struct{})}
	if err := syscall.Mkfifo(f.path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(f.opened)
		f.file, _ = os.Open(f.path) // waits for a writer
		if f.file != nil {
			_ = f.file.SetReadDeadline(time.Now().Add(soon))
			f.lines = bufio.NewReader(f.file)
		}
	}()
	t.Cleanup(func() {
		// In case that no writer came, become one.
		if w, err := os.OpenFile(f.path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
			_ = w.Close()
		}
		<-f.opened
		_ = f.file.Close()
	})
	return f
}

// awaitOpen waits until a script has opened the pipe.
func (f *fifo) awaitOpen() {
	f.t.Helper()
	select {
	case <-f.opened:
	case <-time.After(soon):
		f.t.Fatal("no process opens the pipe")
	}
}

// line returns the next line that a script wrote.
func (f *fifo) line() string {
	f.t.Helper()
	f.awaitOpen()
	line, err := f.lines.ReadString('\n')
	if err != nil {
		f.t.Fatalf("got %q, %v, want a line", line, err)
	}
	return line[:len(line)-1]
}

// awaitGone waits until no process is left that has the pipe open.
func (f *fifo) awaitGone() {
	f.t.Helper()
	f.awaitOpen()
	if _, err := io.Copy(io.Discard, f.lines); err != nil {
		f.t.Fatalf("a process is left: %v", err)
	}
}

// newGate returns a named pipe at which a script waits with: read x < "$1".
func newGate(t *testing.T) (path string, open func()) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	// Open for both, so that neither side waits for the other to open it.
	gate, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	open = sync.OnceFunc(func() { _, _ = gate.WriteString("open\n") })
	t.Cleanup(func() { open(); _ = gate.Close() })
	return path, open
}
