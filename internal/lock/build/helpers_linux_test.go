package build_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

func mustAcquire(t *testing.T, locker lock.Locker) lock.Held {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	held, err := locker.Acquire(ctx, dbNeed)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func mustWait(t *testing.T, locker lock.Locker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := locker.Acquire(ctx, dbNeed); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v, want to wait", err)
	}
}

// observed is a context that tells when an Acquire begins to wait.
type observed struct {
	ctx   context.Context
	begun chan struct{}
}

func waitingContext(t *testing.T) observed {
	o := observed{begun: make(chan struct{})}
	var once sync.Once
	o.ctx = lock.WithTrace(t.Context(), lock.Trace{Waiting: func(string) { once.Do(func() { close(o.begun) }) }})
	return o
}
