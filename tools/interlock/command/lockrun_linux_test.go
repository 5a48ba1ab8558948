package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// losable is held until it is lost.
type losable struct {
	lost    chan struct{}
	confirm error
}

func (l losable) Release()              {}
func (l losable) Undo()                 {}
func (l losable) Begun()                {}
func (l losable) Lost() <-chan struct{} { return l.lost }
func (l losable) Confirm() error        { return l.confirm }
func (l losable) Grants() map[string]group.Grant {
	return map[string]group.Grant{"x": {Slots: []int{0}, Fence: 7}}
}

// holding runs a program while l is held, as Lock does.
func holding(t *testing.T, l losable, program ...string) (stdout *bufio.Reader, ended chan error) {
	t.Helper()
	a, err := parseLock(append([]string{"x", "--"}, program...))
	if err != nil {
		t.Fatal(err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = reader.Close() })
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	ended = make(chan error, 1)
	go func() {
		defer func() { _ = writer.Close() }()
		ended <- Invocation{Stdin: null, Stdout: writer, Stderr: os.Stderr}.runHolding(t.Context(), a, l, nil)
	}()
	return bufio.NewReader(reader), ended
}

func wantExit(t *testing.T, err error, code int, text string) {
	t.Helper()
	exit := (*ExitError)(nil)
	if !errors.As(err, &exit) || exit.Code != code || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one with the exit code %d and %q", err, code, text)
	}
}

// A program that has lost the group is killed, without a grace.
func TestLossKillsTheProgram(t *testing.T) {
	l := losable{lost: make(chan struct{}), confirm: fmt.Errorf("the lease is over: %w", lock.ErrLost)}
	stdout, ended := holding(t, l, "sh", "-c", `trap 'echo told' TERM; echo "started $INTERLOCK_X_FENCE"; while :; do sleep 0.05; done`)
	if line, err := stdout.ReadString('\n'); line != "started 7\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	close(l.lost)
	wantExit(t, <-ended, ExitUnavailable, "x was lost while the program ran, so it may not have had it alone: the lease is over")
	if line, _ := stdout.ReadString('\n'); line != "" {
		t.Errorf("the program still said %q", line)
	}
}

// A program that ends well without the group has not succeeded.
func TestUnconfirmedSuccessIsNone(t *testing.T) {
	_, ended := holding(t, losable{confirm: lock.ErrLost}, "true")
	wantExit(t, <-ended, ExitUnavailable, "x was lost while the program ran")
	_, ended = holding(t, losable{}, "true")
	if err := <-ended; err != nil {
		t.Errorf("error %v of one that is confirmed", err)
	}
}

// The starts of a rate are counted, whatever process makes them.
func TestRateOfALock(t *testing.T) {
	parent, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "locks")
	s := newStreams(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	invoke := func(command func(context.Context, Invocation) error, args ...string) {
		i := s.invocation("", args...)
		i.Stdin, i.Lookup = null, func(name string) (string, bool) { return folder, name == host.Variable }
		if err := command(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	invoke(Host, "init")
	t.Cleanup(func() { forgetStarts(t, "host "+folder+" x") })
	begin := time.Now()
	for range 3 {
		invoke(Lock, "x", "--rate=2/2s", "--", "true")
	}
	if took := time.Since(begin); took < 2*time.Second {
		t.Errorf("three starts took %s", took)
	}
}

// forgetStarts removes the starts of a rate, which otherwise stay until the machine restarts.
func forgetStarts(t *testing.T, identity string) {
	files, err := shm.All("starts", shm.FileName(identity))
	if err != nil {
		t.Error(err)
	}
	for _, file := range files {
		_ = os.Remove(file)
	}
}
