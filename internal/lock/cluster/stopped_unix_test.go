//go:build unix

package cluster_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
)

// holderVariable has the space of a process that should hold.
const holderVariable = "INTERLOCK_CLUSTER_HOLDER"

func init() {
	holdIfAsked = func() {
		if text, ok := os.LookupEnv(holderVariable); ok {
			if err := holdAndConfirm(text); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
}

// holdAndConfirm reports when it holds, and for each line of input whether it still does.
func holdAndConfirm(text string) error {
	locker, err := openSpace(text)
	if err != nil {
		return err
	}
	held, err := locker.Acquire(context.Background(), exclusive(db, 1))
	if err != nil {
		return err
	}
	fmt.Println("held")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		err := held.Confirm()
		told := false
		select {
		case <-held.Lost():
			told = true
		default:
		}
		fmt.Println("lost:", errors.Is(err, lock.ErrLost), "told:", told)
	}
	return nil
}

// A holder that was stopped for longer than its lease lives does not confirm its result when it
// continues, however soon it asks.
func TestStoppedHolder(t *testing.T) {
	s := space{newSpace(t, commonCluster(t)), dbGroups}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env, cmd.Stderr = append(os.Environ(), holderVariable+"="+s.String()), os.Stderr
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	answers := bufio.NewReader(stdout)
	hear := func(want string) {
		t.Helper()
		if line, err := answers.ReadString('\n'); strings.TrimSpace(line) != want {
			t.Fatalf("the holder says %q, %v, want %q", line, err, want)
		}
	}
	hear("held")
	_, _ = fmt.Fprintln(stdin)
	hear("lost: false told: false")
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	next := acquire(t, cluster.NewAt(s.Groups, s.Config), exclusive(db, 1))
	_, _ = fmt.Fprintln(stdin) // so that it asks as soon as it goes on
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	hear("lost: true told: true")
	if err := next.Confirm(); err != nil {
		t.Error(err)
	}
	next.Release()
}
