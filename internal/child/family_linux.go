package child

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
)

// family is the children that this process has started, by their numbers.
var family = children{started: map[int]int{}, ending: map[int]bool{}}

type children struct {
	mu sync.Mutex
	// started counts those of a number that are not forgotten: a program that is served has been
	// reaped when its number goes to the next one.
	started map[int]int
	ending  map[int]bool // groups whose orphans are being counted
	reaping sync.Once
}

// remember is called when a child has started, while starting is held.
func remember(pid int) (forget func()) {
	family.mu.Lock()
	family.started[pid]++
	family.mu.Unlock()
	family.reaping.Do(func() { go reapOrphansAsTheyEnd() })
	forgotten := guard.Watch(pid)
	return func() {
		family.mu.Lock()
		if family.started[pid]--; family.started[pid] == 0 {
			delete(family.started, pid)
		}
		delete(family.ending, pid)
		family.mu.Unlock()
		forgotten()
	}
}

// end leaves the orphans of a child's group to the caller.
func (c *children) end(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending[pid] = true
}

// has reports whether this process has started a child, or its guardian.
func (c *children) has(pid int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.started[pid] > 0 || pid == guard.Pid()
}

func (c *children) isEnding(group int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending[group]
}

// isOnlyChild reports whether no other child runs.
func (c *children) isOnlyChild(pid int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.started) == 1 && c.started[pid] > 0
}

// settled is the delay between the end of a child and the look for orphans: many end at once.
const settled = 5 * time.Millisecond

// reapOrphansAsTheyEnd keeps a case that starts many daemons, and ends them, from filling the
// process table. This process has to reap them, because it adopts them.
func reapOrphansAsTheyEnd() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	for range ended {
		time.Sleep(settled)
		reapEnded()
	}
}

// reapEnded reaps the orphans that have ended, except those that somebody counts.
func reapEnded() {
	starting.Lock()
	defer starting.Unlock()
	for _, o := range orphans() {
		if !family.isEnding(o.group) {
			o.reap()
		}
	}
}
