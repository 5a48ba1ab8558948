package gate

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errAway is why a wait ends if the coordinator does not answer.
var errAway = errors.New("the coordinator does not answer")

// checkEach is how often the coordinator is asked while actions wait, or while it is away.
const checkEach = time.Second

// watchdog finds out whether the coordinator is there, and ends all waits when it is not.
type watchdog struct {
	check    func(context.Context) error
	patience time.Duration
	notes    *notes
	end      context.CancelFunc
	wake     chan struct{}

	mu      sync.Mutex
	waiting int
	// there ends when the coordinator goes away.
	there  context.Context
	goAway context.CancelCauseFunc
}

func newWatchdog(check func(context.Context) error, patience time.Duration, n *notes) *watchdog {
	w := &watchdog{check: check, patience: patience, notes: n, wake: make(chan struct{}, 1)}
	w.there, w.goAway = context.WithCancelCause(context.Background())
	ctx, cancel := context.WithCancel(context.Background())
	w.end = cancel
	go w.watch(ctx)
	return w
}

func (w *watchdog) stop() { w.end() }

// wait calls away, once, if the coordinator goes away before done is called. It is not ok if it is
// away already.
func (w *watchdog) wait(away func(error)) (done func(), ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.there.Err() != nil {
		return nil, false
	}
	w.waiting++
	stop := context.AfterFunc(w.there, func() { away(errAway) })
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return func() {
		stop()
		w.mu.Lock()
		defer w.mu.Unlock()
		w.waiting--
	}, true
}

// isNeeded reports whether it matters whether the coordinator is there.
func (w *watchdog) isNeeded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting > 0 || w.there.Err() != nil
}

func (w *watchdog) watch(ctx context.Context) {
	for ctx.Err() == nil {
		if !w.isNeeded() {
			select {
			case <-ctx.Done():
			case <-w.wake:
			}
		}
		w.watchNeeded(ctx)
	}
}

// watchNeeded asks the coordinator again and again until nobody needs it any more.
func (w *watchdog) watchNeeded(ctx context.Context) {
	for last := time.Now(); w.isNeeded() && ctx.Err() == nil; {
		try, cancel := context.WithTimeout(ctx, min(w.patience, 3*time.Second))
		err := w.check(try)
		cancel()
		switch {
		case err == nil:
			last = time.Now()
			w.setThere()
		case time.Since(last) >= w.patience:
			w.setAway(err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(checkEach, w.patience/2)):
		}
	}
}

func (w *watchdog) setThere() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.there.Err() == nil {
		return
	}
	w.there, w.goAway = context.WithCancelCause(context.Background())
	w.notes.log("the coordinator is back: actions wait for their groups again")
}

func (w *watchdog) setAway(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.there.Err() != nil {
		return
	}
	w.notes.log("the coordinator is away, so actions go to executors without waiting for their groups; "+
		"their tests still hold them: %v\nhint: see that etcd runs, and that this machine reaches it", err)
	w.goAway(errAway)
}
