package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// census counts actions with groups.
type census struct {
	mu                sync.Mutex
	admitted, through int
	running           int
	waiting           int
	byGroup           map[string]int // those that wait; an action may wait for several
	last              string
}

func newCensus() *census { return &census{byGroup: map[string]int{}} }

// waits counts an action that waits, until its end is called.
func (c *census) waits(keys []string) (end func()) {
	c.add(&c.waiting, keys, 1)
	return func() { c.add(&c.waiting, keys, -1) }
}

// runs counts an action that is forwarded, until its end is called. It was admitted, or let
// through.
func (c *census) runs(admitted bool) (end func()) {
	c.mu.Lock()
	if admitted {
		c.admitted++
	} else {
		c.through++
	}
	c.mu.Unlock()
	c.add(&c.running, nil, 1)
	return func() { c.add(&c.running, nil, -1) }
}

func (c *census) add(counter *int, keys []string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*counter += n
	for _, key := range keys {
		if c.byGroup[key] += n; c.byGroup[key] == 0 {
			delete(c.byGroup, key)
		}
	}
}

// count returns how many actions wait.
func (c *census) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting
}

// mostGroups is how many groups a line has.
const mostGroups = 8

// line describes the actions, and whether that has changed since the last call.
func (c *census) line() (text string, changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text = fmt.Sprintf("actions with groups: %d admitted, %d let through, %d running, %d waiting", c.admitted, c.through, c.running, c.waiting)
	keys := slices.SortedFunc(maps.Keys(c.byGroup), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.byGroup[b], c.byGroup[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, key := range keys[:min(len(keys), mostGroups)] {
		parts = append(parts, fmt.Sprintf("%s %d", key, c.byGroup[key]))
	}
	if more := len(keys) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("%d more groups", more))
	}
	if len(parts) > 0 {
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	changed = text != c.last
	c.last = text
	return text, changed
}
