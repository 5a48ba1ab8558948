package engine

import (
	"sync"
	"time"
)

// budget is a clock that runs only while at least one case runs: time spent waiting does not
// count.
type budget struct {
	mu      sync.Mutex
	left    time.Duration
	limited bool
	running int
	since   time.Time // when running became 1
	timer   *time.Timer
	spent   func()
}

// newBudget returns a clock that calls spent when limit is used up; 0 means no limit.
func newBudget(limit time.Duration, spent func()) *budget {
	return &budget{left: limit, limited: limit > 0, spent: spent}
}

func (b *budget) start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running++; b.running == 1 && b.limited {
		b.since = time.Now()
		b.timer = time.AfterFunc(b.left, b.spent)
	}
}

func (b *budget) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running--; b.running == 0 && b.limited {
		b.timer.Stop()
		b.left -= time.Since(b.since)
	}
}

// remaining returns how much is left, if there is a limit.
func (b *budget) remaining() (left time.Duration, limited bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	left = b.left
	if b.running > 0 && b.limited {
		left -= time.Since(b.since)
	}
	return left, b.limited
}
