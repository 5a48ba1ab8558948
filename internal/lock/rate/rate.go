// Package rate limits how many cases start in any window of time.
//
// It remembers the times of the most recent starts, so that the limit holds in *every* window,
// and not only in those that begin with a full minute, say: as many cases as the rate allows may
// start at once, and the next one a window after the first of them. The starts outlive the
// process (Store), so that a process that ends, crashes or restarts cannot cause a burst.
package rate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Instant is a time by a clock that all users of a Store read alike, that never jumps, and that
// keeps running while the machine sleeps.
type Instant int64

// Store remembers starts.
type Store interface {
	// Lock keeps everybody else from using the store until the returned function is called, which
	// must be soon. It gives up when ctx ends.
	Lock(ctx context.Context) (unlock func(), err error)
	// Now returns the time by the store's clock.
	Now() (Instant, error)
	// Load returns the remembered starts, in any order. None of them is in the future. An error
	// means that the starts cannot be known.
	Load() ([]Instant, error)
	// Save replaces all earlier starts of this user by the given ones, which are sorted.
	Save([]Instant) error
}

// stretch is the fraction (1/stretch) by which windows are longer than the rate says. A case
// reaches the resource some time after its process has begun. If one case is late and another
// one, a window later, is not, the resource sees them closer together.
const stretch = 50 // of its length

// Log is the starts of one group.
type Log struct {
	rate  group.Rate
	store Store
}

// NewLog returns the log of a group's starts that store remembers.
func NewLog(r group.Rate, store Store) *Log { return &Log{rate: r, store: store} }

// window returns how long a start is remembered.
func (l *Log) window() time.Duration { return l.rate.Window + l.rate.Window/stretch }

// next returns the remembered starts, and for how long the rate does not allow another one.
func (l *Log) next(now Instant) (starts []Instant, wait time.Duration, err error) {
	if starts, err = l.store.Load(); err != nil {
		return nil, 0, err
	}
	slices.Sort(starts)
	forgotten := now - Instant(l.window())
	starts = slices.DeleteFunc(starts, func(s Instant) bool { return s <= forgotten })
	if n := len(starts); n >= l.rate.Starts {
		wait = time.Duration(starts[n-l.rate.Starts] - forgotten)
	}
	return starts, wait, nil
}

// Wait returns for how long the rate does not allow a start.
func (l *Log) Wait() (time.Duration, error) {
	now, err := l.store.Now()
	if err != nil {
		return 0, err
	}
	_, wait, err := l.next(now)
	return wait, err
}

// Why says when the rate allows the next start, if it does not allow one now.
func (l *Log) Why() []string {
	wait, err := l.Wait()
	if err != nil || wait <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("its rate %s allows the next start in %.1f s", l.rate, wait.Seconds())}
}

// uncount forgets a start that was counted and did not come about.
func (l *Log) uncount(ctx context.Context, start Instant) error {
	return l.change(ctx, func(starts []Instant, _ Instant) []Instant {
		return without(starts, start)
	})
}

// without leaves one start out, if it is there. In memory two starts can have the same instant.
func without(starts []Instant, start Instant) []Instant {
	if i := slices.Index(starts, start); i >= 0 {
		return slices.Delete(starts, i, i+1)
	}
	return starts
}

// recount counts an already counted start as of now.
func (l *Log) recount(ctx context.Context, start Instant) (Instant, error) {
	counted := start
	err := l.change(ctx, func(starts []Instant, now Instant) []Instant {
		counted = now
		return append(without(starts, start), now)
	})
	return counted, err
}

// change replaces the remembered starts.
func (l *Log) change(ctx context.Context, by func(starts []Instant, now Instant) []Instant) error {
	unlock, err := l.store.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := l.store.Now()
	if err != nil {
		return err
	}
	starts, _, err := l.next(now)
	if err != nil {
		return err
	}
	return l.store.Save(by(starts, now))
}

// lookAgain is the longest time that Start sleeps: a start that is uncounted makes room for
// another one.
const lookAgain = 200 * time.Millisecond

// Start waits until all of logs allow a start, and counts it in each. It calls waiting with the
// index of a log whenever it begins to wait for that log.
func Start(ctx context.Context, logs []*Log, waiting func(int)) (*Counted, error) {
	for {
		last, wait, err := longest(logs)
		if err != nil {
			return nil, err
		}
		if wait == 0 {
			// Others that look now may find the same.
			counted, err := Count(ctx, logs)
			if counted != nil || err != nil {
				return counted, err
			}
			continue
		}
		waiting(last)
		timer := time.NewTimer(min(wait, lookAgain))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// Count counts a start in all of logs, or returns nil if one does not allow it.
func Count(ctx context.Context, logs []*Log) (*Counted, error) {
	c := &Counted{}
	for _, l := range logs {
		start, allowed, err := l.count(ctx)
		if err != nil || !allowed {
			c.Uncount()
			return nil, err
		}
		c.logs, c.starts = append(c.logs, l), append(c.starts, start)
	}
	c.keepFresh()
	return c, nil
}

// count remembers a start, if the rate allows it.
func (l *Log) count(ctx context.Context) (start Instant, allowed bool, err error) {
	unlock, err := l.store.Lock(ctx)
	if err != nil {
		return 0, false, err
	}
	defer unlock()
	now, err := l.store.Now()
	if err != nil {
		return 0, false, err
	}
	starts, wait, err := l.next(now)
	if err != nil || wait > 0 {
		return 0, false, err
	}
	return now, true, l.store.Save(append(starts, now))
}

// longest returns the log that does not allow a start for the longest time.
func longest(logs []*Log) (which int, wait time.Duration, err error) {
	for i, l := range logs {
		w, err := l.Wait()
		if err != nil {
			return 0, 0, err
		}
		if w > wait {
			which, wait = i, w
		}
	}
	return which, wait, nil
}
