package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// caseTimeoutError stops a batch because of one of its cases.
type caseTimeoutError struct {
	c     event.Case
	limit time.Duration
}

func (e caseTimeoutError) Error() string {
	return fmt.Sprintf("%s ran for longer than its timeout of %s", e.c.FullName(), e.limit)
}

// Timeout makes the outcome a timeout.
func (caseTimeoutError) Timeout() bool { return true }

// stopwatches limit how long each case of a batch runs. A case does not run while it waits for
// others of its process.
type stopwatches struct {
	limit time.Duration // 0 means none
	stop  context.CancelCauseFunc

	mu      sync.Mutex
	watches map[event.Case]*stopwatch
}

type stopwatch struct {
	left  time.Duration
	since time.Time
	timer *time.Timer // nil while it stands
}

func newStopwatches(limit time.Duration, stop context.CancelCauseFunc) *stopwatches {
	return &stopwatches{limit: limit, stop: stop, watches: map[event.Case]*stopwatch{}}
}

// start starts the watch of a case, or restarts it after a pause.
func (s *stopwatches) start(c event.Case) {
	if s.limit == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watches[c]
	if w == nil {
		w = &stopwatch{left: s.limit}
		s.watches[c] = w
	}
	if w.timer == nil {
		w.since = time.Now()
		w.timer = time.AfterFunc(w.left, func() { s.stop(caseTimeoutError{c, s.limit}) })
	}
}

// pause stops the watch of a case.
func (s *stopwatches) pause(c event.Case) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.watches[c]; w != nil && w.timer != nil {
		w.timer.Stop()
		w.timer = nil
		w.left -= time.Since(w.since)
	}
}

func (s *stopwatches) stopAll() {
	for c := range s.watches {
		s.pause(c)
	}
}
