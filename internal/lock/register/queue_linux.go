package register

import (
	"context"
	"errors"
	"time"

	"github.com/interlock-build/rules_interlock/internal/boottime"
)

// turn is a place in a group's queue: a ticket that is announced on every copy of the group's
// queue file.
//
// A bare flock serves waiters in no reliable order. So a waiter draws a ticket above all
// announced ones, and takes its turn when no lower ticket is left. Tickets are drawn one at a
// time, in the doorway, so they are unique among all processes that have a copy in common. They
// vanish with their process, so that dead processes do not hold up the queue.
type turn struct {
	*station
	region region
	ticket int64
	pulse  pulse
}

// enterDoorway keeps others from drawing tickets or claiming units until s.leaveDoorway.
func (s *station) enterDoorway(ctx context.Context) error {
	if err := s.queue.lock(ctx); err != nil {
		return err
	}
	if !s.areCurrent() {
		s.leaveDoorway()
		return errReplaced
	}
	return nil
}

func (s *station) leaveDoorway() { s.queue.unlock() }

// isWanted reports whether anybody else is in the queue.
func (s *station) isWanted() (bool, error) {
	r := s.place.region()
	_, wanted, err := s.queue.first(r.ticket(1), r.ticket(maxTicket+1))
	return wanted, err
}

// waiters counts the others in the queue, up to a limit.
func (s *station) waiters(limit int) (int, error) {
	r := s.place.region()
	tickets, err := s.queue.all(r.ticket(1), r.ticket(maxTicket+1), limit)
	return len(tickets), err
}

// draw draws a ticket. The caller is in the doorway.
func (s *station) draw() (*turn, error) {
	t := &turn{station: s, region: s.place.region(), ticket: timeOfDraw() - 1}
	for _, f := range s.queue {
		last, err := lastTicket(f, t.region, t.ticket)
		if err != nil {
			return nil, err
		}
		t.ticket = last
	}
	if t.ticket == maxTicket {
		return nil, errors.New("there are no tickets left: so many have waited, and never all at once were done")
	}
	t.ticket++
	t.pulse.beats = int(t.ticket % pulseBytes) // so that two first waiters look different
	return t, s.queue.announce(t.region.ticket(t.ticket), 1)
}

// timeOfDraw is a number that grows with the time since boot. A ticket that begins with it is
// above all others without a search, except tickets that were drawn in the same instant.
//
// It restarts from zero after 49 days. Waiters of that time then have higher numbers, so there is
// some room above.
func timeOfDraw() int64 {
	const instant, room = 500 * time.Microsecond, 1 << 20
	now, err := boottime.Now()
	if err != nil {
		return 1
	}
	return 1 + int64(now/instant)%(maxTicket-room)
}

// lastTicket returns the highest ticket announced on f, or last if there is none above it. For a
// range, the kernel reports one lock, not necessarily the first, and looks at each lock of the
// file for that. So lastTicket first doubles the range, and then halves it.
func lastTicket(f *lockFile, r region, last int64) (int64, error) {
	above := func(ticket int64) (int64, bool, error) {
		_, at, found, err := f.announcedIn(r.ticket(ticket+1), r.ticket(maxTicket+1))
		return at - int64(r), found, err
	}
	end := int64(maxTicket) // nothing is above it
	for step := int64(1); ; step *= 2 {
		from := min(last+step-1, maxTicket)
		at, found, err := above(from)
		if err != nil {
			return 0, err
		}
		if !found {
			end = from
			break
		}
		last = at
	}
	for last < end {
		middle := last + (end-last)/2
		at, found, err := above(middle)
		switch {
		case err != nil:
			return 0, err
		case found:
			last = at
		default:
			end = middle
		}
	}
	return last, nil
}

// ahead returns the lower tickets, up to a limit.
func (t *turn) ahead(limit int) ([]int64, error) {
	return t.queue.all(t.region.ticket(1), t.region.ticket(t.ticket), limit)
}

// leave gives the ticket back, and with it the turn to the next waiter.
func (t *turn) leave() {
	t.queue.withdraw(t.region.ticket(t.ticket), 1)
	t.pulse.stop(t)
	if t.wakeFirst() {
		t.queue.ring()
	}
}

// wakeFirst wakes the first waiter in the queue, and reports whether there is one. The kernel
// happens to report the earliest lock first; if it does not, a waiter wakes a little later.
func (s *station) wakeFirst() (wanted bool) {
	r := s.place.region()
	for i, f := range s.queue {
		if at, _, found, err := f.announcedIn(r.ticket(1), r.ticket(maxTicket+1)); found && err == nil {
			s.alarm(i).ring(r, at-int64(r))
			wanted = true
		}
	}
	return wanted
}
