package rate

import (
	"context"
	"sync"
	"time"
)

// changeTimeout is how long a counted start waits to be changed, when somebody
// stands still who has the store.
const changeTimeout = time.Second

// Counted is a start that was counted in some logs. If it cannot be changed in
// one, there may be one start less than there could be, and no more.
type Counted struct {
	logs []*Log

	mu     sync.Mutex
	starts []Instant
	asked  bool // it has begun
	begun  bool // and that is remembered: it is kept fresh no more
	over   bool // it changes no more
	fresh  *time.Timer
}

// freshness is which part of a window a start that has not begun yet may be old: a
// process may take longer to begin than the window, and nobody should count on the
// end of a start that is still to come.
const freshness = 8

// keepFresh counts the start as of now, again and again, until it has begun.
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

// Begun counts the start as of now, and not of when it was counted. It may be called
// several times.
func (c *Counted) Begun() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = true
	if !c.over {
		c.recount()
	}
}

// recount counts the start as of now; c.mu is held. If that fails once it has begun, as
// when there is no room, it is tried again: until then it counts as older than it is.
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

// End leaves the start as it is; nil is no start.
func (c *Counted) End() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
}

// end is End; c.mu is held.
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
