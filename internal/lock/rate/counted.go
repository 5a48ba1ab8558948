package rate

import (
	"context"
	"sync"
	"time"
)

// changeTimeout is how long a change of a counted start waits if the process that has the store
// stands still.
const changeTimeout = time.Second

// Counted is a start that was counted in some logs. If it cannot be changed in one of them, there
// may be one start fewer than the rate allows, but never one more.
type Counted struct {
	logs []*Log

	mu     sync.Mutex
	starts []Instant
	asked  bool // Begun was called
	begun  bool // and the logs say so: it is not refreshed any more
	over   bool // it does not change any more
	fresh  *time.Timer
}

// freshness is the fraction (1/freshness) of a window after which a start that has not begun yet
// is counted again. A process may take longer to begin than the window lasts, and nobody should
// treat a start that is still to come as expired.
const freshness = 8

// keepFresh counts the start as of now, repeatedly, until it has begun.
func (c *Counted) keepFresh() {
	if len(c.logs) == 0 {
		return
	}
	shortest := c.logs[0].rate.Window
	for _, l := range c.logs {
		shortest = min(shortest, l.rate.Window)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fresh = time.AfterFunc(shortest/freshness, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.begun && !c.over {
			c.recount()
			c.fresh.Reset(shortest / freshness)
		}
	})
}

// Begun counts the start as of now instead of the moment at which it was first counted. It may be
// called several times.
func (c *Counted) Begun() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = true
	if !c.over {
		c.recount()
	}
}

// recount counts the start as of now; c.mu is held. If the start has begun and that fails, for
// example because there is no room, it retries. Until then the start counts as older than it is.
func (c *Counted) recount() {
	ctx, cancel := context.WithTimeout(context.Background(), changeTimeout)
	defer cancel()
	remembered := true
	for i, l := range c.logs {
		start, err := l.recount(ctx, c.starts[i])
		if err != nil {
			remembered = false
			continue
		}
		c.starts[i] = start
	}
	c.begun = c.asked && remembered
}

// End leaves the start as it is. It does nothing if c is nil.
func (c *Counted) End() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
}

// end is End for a caller that holds c.mu.
func (c *Counted) end() {
	c.over = true
	if c.fresh != nil {
		c.fresh.Stop()
	}
}

// Uncount forgets the start.
func (c *Counted) Uncount() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
	ctx, cancel := context.WithTimeout(context.Background(), changeTimeout)
	defer cancel()
	for i, l := range c.logs {
		_ = l.uncount(ctx, c.starts[i])
	}
}
