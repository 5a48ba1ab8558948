package locktest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// patience is how long the suite waits for what has to happen soon. It is long because the
// machine may be busy.
const patience = 30 * time.Second

// refuse checks that needs cannot be acquired at present.
func refuse(t *testing.T, locker lock.Locker, needs []group.Need) {
	t.Helper()
	if held := tryAcquire(t, locker, needs); held != nil {
		held.Release()
		t.Errorf("got %v although it is in use", needs)
	}
}

// tryAcquire acquires needs if that takes no more than a moment, and otherwise returns nil.
func tryAcquire(t *testing.T, locker lock.Locker, needs []group.Need) lock.Held {
	t.Helper()
	const moment = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { time.AfterFunc(moment, cancel) }})
	held, err := locker.Acquire(ctx, needs)
	switch {
	case err == nil:
		return held
	case !errors.Is(err, context.Canceled):
		t.Errorf("error %v, want the context's", err)
	}
	return nil
}

// acquire gets needs, or fails the test if that takes too long.
func acquire(t *testing.T, locker lock.Locker, needs []group.Need) lock.Held {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	held, err := locker.Acquire(ctx, needs)
	if err != nil {
		t.Fatalf("acquire %v: %v", needs, err)
	}
	return held
}

// startWaiting asks for needs in the background, returns when the request waits, and delivers
// what it got.
func startWaiting(ctx context.Context, t *testing.T, locker lock.Locker, needs []group.Need) <-chan lock.Held {
	t.Helper()
	waiting, got, answered := make(chan struct{}), make(chan lock.Held, 1), make(chan struct{})
	var once sync.Once
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(string) { once.Do(func() { close(waiting) }) }})
	go func() {
		defer close(answered)
		defer close(got)
		held, err := locker.Acquire(ctx, needs)
		switch {
		case err == nil:
			got <- held
		case ctx.Err() == nil:
			t.Errorf("acquire %v: %v", needs, err)
		}
	}()
	within(t, patience, "the request waits", func() {
		select {
		case <-waiting:
		case <-answered:
			t.Errorf("the request for %v has an answer and did not report that it waits", needs)
		}
	})
	return got
}

// releaseNext gives back what a waiter gets; it gets nothing if the test has ended.
func releaseNext(got <-chan lock.Held) {
	if held := <-got; held != nil {
		held.Release()
	}
}

// A cancelled request returns soon, holds nothing, and leaves no trace in the queue: neither of
// the group that it waited for nor of one that it already had.
func testCancel(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	holder := acquire(t, open(), exclusive(port, 2))
	cancelAWaiter(t, open(), append(exclusive(port, 1), exclusive(db, 1)...))
	acquire(t, open(), exclusive(db, 1)).Release()
	holder.Release()
	acquire(t, open(), exclusive(port, 2)).Release()
}

// cancelAWaiter makes a request for needs, which are not available, wait, and cancels it.
func cancelAWaiter(t *testing.T, locker lock.Locker, needs []group.Need) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	got := startWaiting(ctx, t, locker, needs)
	cancel()
	within(t, patience, "the cancelled request has returned", func() {
		if held := <-got; held != nil {
			t.Errorf("it got %v, which cannot be had", needs)
		}
	})
}

func testCancelBeforehand(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open().Acquire(ctx, exclusive(db, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// passes counts how often others take what they need of a group while a request for all of it
// waits.
func passes(t *testing.T, impl Implementation, big, small []group.Need) int {
	t.Helper()
	open := impl.NewSpace(t, groups)
	first := acquire(t, open(), small)
	waiter := startWaiting(t.Context(), t, open(), big)
	passed := 0
	for range impl.MaxBypass + 5 {
		held := tryAcquire(t, open(), small)
		if held == nil {
			break
		}
		passed++
		held.Release()
	}
	first.Release()
	within(t, patience, "the waiter has its turn", func() { releaseNext(waiter) })
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
	mustReport(t, open(), append(exclusive(port, 1), exclusive(api, 1)...), port)
}

// mustReport checks that a request for needs first reports that it waits for label.
func mustReport(t *testing.T, locker lock.Locker, needs []group.Need, label string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var reported []string
	ctx = lock.WithTrace(ctx, lock.Trace{Waiting: func(label string) { reported = append(reported, label); cancel() }})
	held, err := locker.Acquire(ctx, needs)
	if err == nil {
		held.Release()
	}
	if !errors.Is(err, context.Canceled) || len(reported) == 0 || reported[0] != label {
		t.Errorf("error %v, reported %q, want that %q is waited for", err, reported, label)
	}
}
