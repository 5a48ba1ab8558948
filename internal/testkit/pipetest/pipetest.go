// Package pipetest lets a test and the processes that it starts wait for one another, through
// named pipes instead of pauses.
package pipetest

import (
	"bufio"
	"io"
	"os"
	"sync"
	"testing"
	"time"
)

// Soon is far longer than anything that a test waits for takes.
const Soon = 30 * time.Second

// Lifeline is a pipe through which a process tells a test that it is there, and when it has gone.
// A script opens it with: exec 9> "$path". Everything that the script starts after that has it
// open, too.
type Lifeline struct {
	// Path is the pipe's name.
	Path string

	t      *testing.T
	opened chan struct{}
	file   *os.File
	lines  *bufio.Reader
}

// NewLifeline returns a lifeline that nobody has opened yet.
func NewLifeline(t *testing.T) *Lifeline {
	t.Helper()
	l := &Lifeline{Path: makePipe(t), t: t, opened: make(chan struct{})}
	go func() {
		defer close(l.opened)
		l.file, _ = os.Open(l.Path) // waits for a writer
		if l.file != nil {
			_ = l.file.SetReadDeadline(time.Now().Add(Soon))
			l.lines = bufio.NewReader(l.file)
		}
	}()
	t.Cleanup(func() {
		// If no writer came, become one. A process that is also a reader need not wait for the
		// other end.
		if w, err := os.OpenFile(l.Path, os.O_RDWR, 0); err == nil {
			defer func() { _ = w.Close() }()
		}
		<-l.opened
		_ = l.file.Close()
	})
	return l
}

// Line returns the next line that a process wrote.
func (l *Lifeline) Line() string {
	l.t.Helper()
	l.awaitOpen()
	line, err := l.lines.ReadString('\n')
	if err != nil {
		l.t.Fatalf("got %q, %v, want a line", line, err)
	}
	return line[:len(line)-1]
}

// AwaitGone waits until no process has the pipe open.
func (l *Lifeline) AwaitGone() {
	l.t.Helper()
	l.awaitOpen()
	if _, err := io.Copy(io.Discard, l.lines); err != nil {
		l.t.Fatalf("a process is left: %v", err)
	}
}

func (l *Lifeline) awaitOpen() {
	l.t.Helper()
	select {
	case <-l.opened:
	case <-time.After(Soon):
		l.t.Fatal("no process opens the pipe")
	}
}

// Gate is a pipe at which one script waits with: read x < "$path".
type Gate struct {
	// Path is the pipe's name.
	Path string
	// Open lets the script go on.
	Open func()
}

// NewGate returns a gate that opens at the end of the test at the latest.
func NewGate(t *testing.T) *Gate {
	t.Helper()
	path := makePipe(t)
	// Open for both, so that neither side waits for the other to open it.
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{Path: path, Open: sync.OnceFunc(func() { _, _ = pipe.WriteString("open\n") })}
	t.Cleanup(func() { g.Open(); _ = pipe.Close() })
	return g
}
