package register

import (
	"slices"
	"sync"
	"time"
)

// pulse is how the one who is first in a queue shows that it lives: it announces one
// of some bytes, and now and then the next one instead.
//
// A process that is stopped keeps its locks, its ticket too, and no other process
// can see that it is stopped, from one PID namespace to the next. So those behind
// it watch the pulse.
type pulse struct {
	beats   int   // how many there were
	at      int64 // the byte that is announced, and 0 if none is
	changed time.Time
}

const (
	// beat is how often the pulse changes.
	beat = 500 * time.Millisecond
	// silence is how long the pulse has to stand still until the first of those
	// behind pass the one who is first, and pause what each next one waits longer,
	// so that they pass in their order.
	silence = 3 * time.Second
	pause   = 300 * time.Millisecond
)

// show changes the pulse of one who is first, if it is time.
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

// patience is what somebody knows of the pulse of the one who is first.
type patience struct {
	seen         []int64 // the bytes that are announced
	first        int64   // who that is
	since, asked time.Time
}

// isOver reports whether the pulse has stood still for so long that one with as many
// ahead may pass. It is asked every so often; one that has not asked for longer was
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

// remembered is how long somebody is taken to be stopped without a look.
const remembered = 30 * time.Second

// stopped are the tickets of those that were passed, by the group's label: the next
// acquisition of the process does not wait for their pulse again.
type stopped struct {
	mu      sync.Mutex
	tickets map[string]map[int64]time.Time // and until when
}

func (s *stopped) add(label string, tickets []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tickets == nil {
		s.tickets = map[string]map[int64]time.Time{}
	}
	until := map[int64]time.Time{} // those that are not among them any more are forgotten
	for _, ticket := range tickets {
		until[ticket] = time.Now().Add(remembered)
	}
	s.tickets[label] = until
}

// are reports whether all of some tickets were passed a short time ago.
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
