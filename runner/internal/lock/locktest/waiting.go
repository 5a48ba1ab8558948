package locktest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// refuse checks that needs cannot be had at present.
func refuse(t *testing.T, locker lock.Locker, needs []group.Need) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	held, err := locker.Acquire(ctx, needs)
	if err == nil {
		held.Release()
		t.Errorf("got %v although it is in use", needs)
	} else if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

// acquire gets needs, or fails the test if that takes more than some seconds.
func acquire(t *testing.T, locker lock.Locker, needs []group.Need) lock.Held {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	held, err := locker.Acquire(ctx, needs)
	if err != nil {
		t.Fatalf("acquire %v: %v", needs, err)
	}
	return held
}

// startWaiting asks for needs in the background, returns when the request
// waits, and delivers what it got.
func startWaiting(ctx context.Context, t *testing.T, locker lock.Locker, needs []group.Need) <-chan lock.Held {
	t.Helper()
	waiting, got := make(chan struct{}), make(chan lock.Held, 1)
	var once sync.Once
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { once.Do(func() { close(waiting) }) }})
	go func() {
		held, err := locker.Acquire(ctx, needs)
		if err == nil {
			got <- held
		}
		close(got)
	}()
	within(t, 10*time.Second, "the request waits", func() { <-waiting })
	return got
}

// A cancelled request returns soon, holds nothing, and leaves no trace in the
// queue: neither of the group that it waited for nor of one it had already.
func testCancel(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	holder := acquire(t, open(), exclusive(port, 2))
	ctx, cancel := context.WithCancel(t.Context())
	both := append(exclusive(port, 1), exclusive(db, 1)...)
	got := startWaiting(ctx, t, open(), both)
	cancel()
	within(t, time.Second, "the cancelled request has returned", func() {
		if held := <-got; held != nil {
			t.Error("it got what somebody else holds")
		}
	})
	acquire(t, open(), exclusive(db, 1)).Release()
	holder.Release()
	acquire(t, open(), exclusive(port, 2)).Release()
}

func testCancelBeforehand(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open().Acquire(ctx, exclusive(db, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// passes counts how often others take what they need of a group while a
// request for all of it waits.
func passes(t *testing.T, impl Implementation, big, small []group.Need) int {
	t.Helper()
	open := impl.NewSpace(t, groups)
	first := acquire(t, open(), small)
	big0 := startWaiting(t.Context(), t, open(), big)
	passed := 0
	for range impl.MaxBypass + 5 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		held, err := open().Acquire(ctx, small)
		cancel()
		if err != nil {
			break
		}
		passed++
		held.Release()
	}
	first.Release()
	within(t, 10*time.Second, "the waiter has its turn", func() { (<-big0).Release() })
	return passed
}

func testBoundedBypass(t *testing.T, impl Implementation) {
	if n := passes(t, impl, exclusive(api, 3), exclusive(api, 1)); n > impl.MaxBypass {
		t.Errorf("passed %d times, the bound is %d", n, impl.MaxBypass)
	}
}

func testWriterNotStarved(t *testing.T, impl Implementation) {
	if n := passes(t, impl, exclusive(port, 1), shared(port)); n > impl.MaxBypass {
		t.Errorf("a writer was passed %d times by readers, the bound is %d", n, impl.MaxBypass)
	}
}

func testWaitingIsReported(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	defer acquire(t, open(), exclusive(port, 2)).Release()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var reported []string
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(label string) { reported = append(reported, label) }})
	_, err := open().Acquire(ctx, append(exclusive(port, 1), exclusive(api, 1)...))
	if !errors.Is(err, context.DeadlineExceeded) || len(reported) == 0 || reported[0] != port {
		t.Errorf("error %v, reported %q, want that %q is waited for", err, reported, port)
	}
}
