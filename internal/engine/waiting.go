package engine

import (
	"fmt"
	"sync"
	"time"
)

// waitingRequests are those of a run that wait for groups at present. The zero value is none.
type waitingRequests struct {
	mu  sync.Mutex
	all map[*waiting]bool
}

// add adds a request, until the returned function is called.
func (w *waitingRequests) add(one *waiting) (ended func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all == nil {
		w.all = map[*waiting]bool{}
	}
	w.all[one] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, one)
	}
}

// of is how many requests wait for a group.
func (w *waitingRequests) of(group string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.all {
		if current, _ := one.current(); current == group {
			n++
		}
	}
	return n
}

// waiting is what a case waits for at present.
type waiting struct {
	mu    sync.Mutex
	group string
	since time.Time
}

func (w *waiting) begin(group string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if group != w.group {
		w.group, w.since = group, time.Now()
	}
}

func (w *waiting) current() (group string, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.group, w.since
}

// String continues a sentence about a case that waited. It is empty for a case that did not wait.
func (w *waiting) String() string {
	if w == nil {
		return ""
	}
	group, since := w.current()
	if group == "" {
		return ""
	}
	return fmt.Sprintf(", while it waited for %s since %s (%s)",
		group, since.Format(time.TimeOnly), time.Since(since).Round(time.Millisecond))
}
