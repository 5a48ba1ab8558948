// Package rate limits how many cases start in any window of time.
//
// It remembers when each of the last cases started, so that the limit holds in
// *every* window, and not only in those of some clock face: as many starts as
// the rate allows may come at once, and the next one a window after the first
// of them. What is remembered outlives the process (Store), so that a burst
// cannot come from a process that ends, crashes or is started again.
package rate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Instant is a time by a clock that all who share a Store read alike, that
// never jumps, and that goes on while the machine sleeps.
type Instant int64

// Store remembers starts.
type Store interface {
	// Lock lets nobody else use the store until the returned function is called,
	// which is to be soon. When ctx ends it gives up.
	Lock(ctx context.Context) (unlock func(), err error)
	// Now is the time by the store's clock.
	Now() (Instant, error)
	// Load returns the starts that are remembered, in any order, none of which is
	// to come. An error means that they cannot be known.
	Load() ([]Instant, error)
	// Save remembers starts, which are sorted, in place of all earlier ones of
	// this user.
	Save([]Instant) error
}

// stretch is by which part windows are longer than the rate says. A case reaches
// the resource some time after its process has begun; if one is late and another
// one a window later is not, the resource sees them closer together.
const stretch = 50 // of its length

// Log is the starts of one group.
type Log struct {
	rate  group.Rate
	store Store
}

// NewLog returns the log of a group's starts that store remembers.
func NewLog(r group.Rate, store Store) *Log { return &Log{rate: r, store: store} }

// window is how long a start is remembered.
func (l *Log) window() time.Duration { return l.rate.Window + l.rate.Window/stretch }

// next returns the starts that are remembered, and for how long the rate does
// not allow another one.
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

// without leaves one start out, if it is there; in memory two can be at the same
// instant.
func without(starts []Instant, start Instant) []Instant {
	if i := slices.Index(starts, start); i >= 0 {
		return slices.Delete(starts, i, i+1)
	}
	return starts
}

// recount counts a start, which was counted before, as of now.
func (l *Log) recount(ctx context.Context, start Instant) (Instant, error) {
	counted := start
	err := l.change(ctx, func(starts []Instant, now Instant) []Instant {
		counted = now
		return append(without(starts, start), now)
	})
	return counted, err
}

// change replaces the starts that are remembered.
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

// lookAgain is how long Start sleeps at most: a start that is uncounted leaves
// room for another one.
const lookAgain = 200 * time.Millisecond

// Start waits until all of logs allow a start, and counts it in each. It calls
// waiting with the number of a log whenever it begins to wait for that.
func Start(ctx context.Context, logs []*Log, waiting func(int)) (*Counted, error) {
	for {
		last, wait, err := longest(logs)
		if err != nil {
			return nil, err
		}
		if wait == 0 {
			// Others who look now may find the same.
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
