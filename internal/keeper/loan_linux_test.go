package keeper

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"golang.org/x/sys/unix"
)

// pair returns both ends of a connection.
func pair(t *testing.T) (borrower, lender *Connection) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	borrower = NewConnection(os.NewFile(uintptr(fds[0]), "borrower"))
	lender = NewConnection(os.NewFile(uintptr(fds[1]), "lender"))
	t.Cleanup(borrower.Close)
	t.Cleanup(lender.Close)
	return borrower, lender
}

// A keeper that has said something and then ended is gone, although it can still be read.
func TestGoneWithAWordUnread(t *testing.T) {
	borrower, lender := pair(t)
	loan := &Loan{connection: borrower} // nobody listens, as in a process that stood still
	if err := loan.Confirm(); err != nil {
		t.Fatal(err)
	}
	if err := lender.Send(Reply{Version: Version, Alive: true}); err != nil {
		t.Fatal(err)
	}
	if err := loan.Confirm(); err != nil {
		t.Fatal(err)
	}
	lender.Close()
	if err := loan.Confirm(); !errors.Is(err, lock.ErrLost) {
		t.Errorf("error %v", err)
	}
}

// A beat that was already under way when the instance was lent is no answer.
func TestBeatIsNoAnswer(t *testing.T) {
	borrower, lender := pair(t)
	loan := newLoan(borrower, Lent{Log: "LOG"})
	if err := lender.Send(Reply{Version: Version, Alive: true}); err != nil {
		t.Fatal(err)
	}
	go func() {
		var r Request
		if lender.Receive(&r, 10*time.Second) == nil && r.Look {
			_ = lender.Send(Reply{Version: Version, Looked: true, Died: "it has ended"})
		}
	}()
	if got := loan.Death(); got != "it has ended; its log is LOG" {
		t.Errorf("got %q", got)
	}
}

// Whoever looks at an instance whose keeper is about to end learns of that, and not of the death of
// the instance, which comes a moment before.
func TestLookAtADyingKeeper(t *testing.T) {
	borrower, lender := pair(t)
	loan := newLoan(borrower, Lent{})
	go func() {
		var r Request
		_ = lender.Receive(&r, 10*time.Second)
		time.Sleep(50 * time.Millisecond)
		lender.Close()
	}()
	if got := loan.Death(); got != "" {
		t.Errorf("got %q", got)
	}
	if err := loan.Confirm(); !errors.Is(err, lock.ErrLost) {
		t.Errorf("error %v", err)
	}
}
