package register

import (
	"slices"
	"sync"
	"time"
)

// pulse shows that the first waiter in a queue lives. The waiter announces one byte of a range,
// and moves on to the next byte from time to time.
//
// A process that is stopped keeps its locks, including its ticket, and processes in other PID
// namespaces cannot see that it is stopped. So the waiters behind it watch the pulse.
type pulse struct {
	beats   int   // how many there were
	at      int64 // the byte that is announced, or 0
	changed time.Time
}

const (
	// beat is how often the pulse changes.
	beat = 500 * time.Millisecond
	// silence is how long the pulse must stand still before the next waiter overtakes the first.
	// Each further waiter waits longer by pause, so that they overtake in their order.
	silence = 3 * time.Second
	pause   = 300 * time.Millisecond
)

// show changes the pulse of the first waiter, if it is time.
func (p *pulse) show(t *turn) {
	now := time.Now()
	if p.at != 0 && now.Sub(p.changed) < beat {
		return
	}
	p.stop(t)
	p.beats++
	if next := t.region.pulse(p.beats); t.queue.announce(next, 1) == nil {
		p.at, p.changed = next, now
	}
}

// stop ends the pulse.
func (p *pulse) stop(t *turn) {
	if p.at != 0 {
		t.queue.withdraw(p.at, 1)
		p.at = 0
	}
}

// patience is what a waiter knows of the pulse of the first one.
type patience struct {
	seen         []int64 // the bytes that are announced
	first        int64   // that waiter's ticket
	since, asked time.Time
}

// isOver reports whether the pulse has stood still for so long that a waiter with that many ahead
// may overtake. It is asked at regular intervals. A waiter that has not asked for longer was
// stopped itself, and knows nothing.
func (p *patience) isOver(t *turn, ahead []int64, often time.Duration) (bool, error) {
	seen, err := t.queue.all(t.region.pulse(0), t.region.pulse(pulseBytes-1)+1, near)
	if err != nil {
		return false, err
	}
	now := time.Now()
	if !slices.Equal(seen, p.seen) || ahead[0] != p.first || now.Sub(p.asked) > 2*often {
		p.since = now
	}
	p.seen, p.first, p.asked = seen, ahead[0], now
	return now.Sub(p.since) > silence+time.Duration(len(ahead))*pause, nil
}

// remembered is how long a waiter is taken to be stopped without another look.
const remembered = 30 * time.Second

// stopped are the tickets that were overtaken, by the group's label. The next acquisition of this
// process does not wait for their pulse again.
type stopped struct {
	mu      sync.Mutex
	tickets map[string]map[int64]time.Time // with the time until which they count
}

func (s *stopped) add(label string, tickets []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tickets == nil {
		s.tickets = map[string]map[int64]time.Time{}
	}
	until := map[int64]time.Time{} // tickets that are no longer among them are forgotten
	for _, ticket := range tickets {
		until[ticket] = time.Now().Add(remembered)
	}
	s.tickets[label] = until
}

// are reports whether all of some tickets were overtaken a short time ago.
func (s *stopped) are(label string, tickets []int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ticket := range tickets {
		if !time.Now().Before(s.tickets[label][ticket]) {
			return false
		}
	}
	return true
}
