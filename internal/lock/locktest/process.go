package locktest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// orderVariable has the order for a process that Start has started, or is heir for a child of
// such a process.
const (
	orderVariable = "INTERLOCK_LOCKTEST"
	heir          = "heir"
)

// order is what such a process should do, in JSON.
type order struct {
	Space string
	Needs []group.Need
}

// Main is the body of a process that Start has started. In any other process it returns at once.
// A package that uses Start calls it first in TestMain. open opens the space that Start was
// given.
func Main(open func(space string) (lock.Locker, error)) {
	text := os.Getenv(orderVariable)
	switch text {
	case "":
		return
	case heir:
		awaitEnd()
	default:
		if err := obey(text, open); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(0)
}

// awaitEnd returns when the input ends, as it does when the test is gone.
func awaitEnd() { _, _ = os.Stdin.Read(make([]byte, 1)) }

// obey reports when it waits and when it holds, and keeps what it holds until its input ends.
func obey(text string, open func(string) (lock.Locker, error)) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	locker, err := open(o.Space)
	if err != nil {
		return err
	}
	var once sync.Once
	waits := func(string) { once.Do(func() { fmt.Println("waiting") }) }
	ctx := lock.WithTrace(context.Background(), lock.Trace{Waiting: waits})
	held, err := locker.Acquire(ctx, o.Needs)
	if err != nil {
		return err
	}
	defer held.Release()
	since := time.Now()
	if err := bequeath(); err != nil {
		return err
	}
	fmt.Println("held", since.UnixNano())
	awaitEnd()
	return nil
}

// bequeath starts a child that outlives this process, as a test may leave one behind. The child
// must not inherit a lock.
func bequeath() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(program)
	child.Env = append(os.Environ(), orderVariable+"="+heir)
	child.Stdin = os.Stdin
	return child.Start()
}

// Process is a participant in a process of its own. It asks for its needs once,
// and holds what it gets until it is killed.
type Process struct {
	cmd     *exec.Cmd
	waiting chan struct{}
	held    chan struct{}
	since   time.Time // written before held is closed
}

// Start runs this test's program again, for Main, as a participant of space that asks for needs.
// It is killed at the end of the test.
func Start(t *testing.T, space string, needs []group.Need) *Process {
	t.Helper()
	text, err := json.Marshal(order{Space: space, Needs: needs})
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: exec.Command(program), waiting: make(chan struct{}), held: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), orderVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{})
	go func() { defer close(heard); p.hear(bufio.NewScanner(stdout)) }()
	t.Cleanup(func() { p.Kill(); <-heard; _ = p.cmd.Wait(); _ = stdin.Close() })
	return p
}

// hear notes what the process says.
func (p *Process) hear(lines *bufio.Scanner) {
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "waiting":
			close(p.waiting)
		case "held":
			if nanoseconds, err := strconv.ParseInt(rest, 10, 64); err == nil {
				p.since = time.Unix(0, nanoseconds)
				close(p.held)
			}
		}
	}
}

// AwaitWaiting returns when the process has begun to wait.
func (p *Process) AwaitWaiting(t *testing.T) {
	t.Helper()
	within(t, patience, "the process waits", func() { <-p.waiting })
}

// AwaitHeld returns when the process holds its groups, and reports since when.
func (p *Process) AwaitHeld(t *testing.T) (since time.Time) {
	t.Helper()
	within(t, patience, "the process holds its groups", func() { <-p.held })
	return p.since
}

// Kill kills the process without warning (SIGKILL).
func (p *Process) Kill() { _ = p.cmd.Process.Kill() }
