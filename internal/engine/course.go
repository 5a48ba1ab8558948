package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

const (
	// noted is how long a wait is before somebody finds out who holds the group: holders are public
	// only after a while, and for a shorter wait nobody wants to know.
	noted = 150 * time.Millisecond
	// known is how long the answer is good for other waits. It may have cost a request to another
	// machine.
	known = 100 * time.Millisecond
)

// course is the course of one acquisition: when it waited for which group, behind whom, and when
// it had it.
type course struct {
	run   *run
	asked time.Time

	mu      sync.Mutex
	current string // the group that it waits for; empty if it waits for none
	groups  map[string]*event.Hold
	look    *time.Timer // finds out who holds the current group
}

func newCourse(r *run, needs []group.Need) *course {
	c := &course{run: r, asked: time.Now(), groups: map[string]*event.Hold{}}
	for _, n := range needs {
		c.groups[n.Group] = &event.Hold{Group: n.Group}
	}
	return c
}

// waits notes that the acquisition begins to wait for a group.
func (c *course) waits(label string) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if label == c.current {
		return
	}
	c.goesOn(now)
	c.current = label
	c.run.waits.begin(label, now)
	if h := c.groups[label]; h != nil && h.Since.IsZero() {
		h.Since = now
		c.look = time.AfterFunc(noted, func() { c.note(label) })
	}
}

// goesOn ends the current wait, if there is one. The mutex is locked.
func (c *course) goesOn(now time.Time) {
	if c.current != "" {
		c.run.waits.end(c.current, now)
		c.current = ""
	}
	if c.look != nil {
		c.look.Stop()
		c.look = nil
	}
}

// note notes who holds a group.
func (c *course) note(label string) {
	after := c.run.holder(label)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.groups[label].After = after
}

// acquires notes that the acquisition has a group. If the group is started again, because it was
// lost before all were there, the last time counts.
func (c *course) acquires(label string) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if label == c.current {
		c.goesOn(now)
	}
	if h := c.groups[label]; h != nil {
		h.Acquired = now
	}
}

// ends ends the acquisition.
func (c *course) ends() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.goesOn(time.Now())
}

// holds returns how each group was acquired, in the order of needs.
func (c *course) holds(needs []group.Need, grants map[string]group.Grant, now time.Time) (all []event.Hold) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range needs {
		h := *c.groups[n.Group]
		if h.Acquired.IsZero() {
			h.Acquired = now
		}
		h.Units = slices.Clone(grants[n.Group].Slots)
		all = append(all, h)
	}
	return all
}

// tracked is groups that are held, and how that came about.
type tracked struct {
	lock.Held
	waits *account
	needs []group.Need
	asked time.Time
	holds []event.Hold
	once  sync.Once
	ended func() // tells the run that this user has ended
}

// track notes that an acquisition has succeeded.
func (c *course) track(held lock.Held, needs []group.Need, ended func()) *tracked {
	now := time.Now()
	c.run.waits.hold(needs, now)
	return &tracked{
		Held: held, waits: c.run.waits, needs: needs, asked: c.asked, ended: ended, holds: c.holds(needs, held.Grants(), now),
	}
}

// Release implements lock.Held.
func (t *tracked) Release() {
	t.Held.Release()
	t.released()
}

// Undo implements lock.Held.
func (t *tracked) Undo() {
	t.Held.Undo()
	t.released()
}

func (t *tracked) released() {
	t.once.Do(func() {
		t.waits.release(t.needs, time.Now())
		t.ended()
	})
}

// Explain implements lock.Explainer.
func (t *tracked) Explain() []string { return lock.ExplanationOf(t.Held) }

// trackOf returns what is known of how held was acquired.
func trackOf(held lock.Held) (asked time.Time, holds []event.Hold) {
	switch held := held.(type) {
	case *tracked:
		return held.asked, held.holds
	case *share:
		return trackOf(held.Held)
	}
	return time.Time{}, nil
}
