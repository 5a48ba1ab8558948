package build

import (
	"context"
	"math"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// place is a place in a group's queue: a ticket that is announced on every
// copy of the group's turnstile file.
//
// Bare flock serves waiters in no order that one can rely on. So who asks for
// a group draws a ticket first, one above the highest that is announced, and
// takes its turn when no lower one is. Tickets are drawn one at a time, under
// a flock of the same files, so they are unique among all who have a copy in
// common; and they vanish with their process, so that the dead do not hold up
// the queue.
type place struct {
	copies []*lockFile
	ticket int64
}

// joinQueue draws a ticket. It does not wait for anybody's turn.
func joinQueue(ctx context.Context, copies []string) (*place, error) {
	p := &place{}
	if err := p.enter(ctx, copies); err != nil {
		p.leave()
		return nil, err
	}
	return p, nil
}

func (p *place) enter(ctx context.Context, copies []string) error {
	for _, path := range copies {
		f, err := openLockFile(path)
		if err != nil {
			return err
		}
		p.copies = append(p.copies, f)
		if err := passDoorway(ctx, f); err != nil {
			return err
		}
	}
	if err := p.draw(); err != nil {
		return err
	}
	for _, f := range slices.Backward(p.copies) {
		f.unlock()
	}
	return nil
}

// passDoorway takes the flock under which tickets are drawn. Others hold it
// for microseconds, so waiting for it is a matter of trying again; the pause
// grows in case that one of them was stopped inside.
func passDoorway(ctx context.Context, f *lockFile) error {
	const shortest, longest = 20 * time.Microsecond, 5 * time.Millisecond
	for pause := shortest; ; pause = min(2*pause, longest) {
		if ok, err := f.tryLock(unix.LOCK_EX); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (p *place) draw() error {
	for _, f := range p.copies {
		last, err := lastTicket(f)
		if err != nil {
			return err
		}
		p.ticket = max(p.ticket, last)
	}
	p.ticket++
	for _, f := range p.copies {
		if err := f.announce(p.ticket); err != nil {
			return err
		}
	}
	return nil
}

// lastTicket returns the highest ticket announced on f, or 0.
func lastTicket(f *lockFile) (int64, error) {
	last := int64(0)
	for {
		at, found, err := f.announcedIn(last+1, math.MaxInt64)
		if err != nil || !found {
			return last, err
		}
		last = at
	}
}

// isFirst reports whether nobody with a lower ticket waits or takes units.
func (p *place) isFirst() (bool, error) {
	for _, f := range p.copies {
		if _, found, err := f.announcedIn(1, p.ticket); found || err != nil {
			return false, err
		}
	}
	return true, nil
}

// leave gives the ticket back, and with that the turn to the next one.
func (p *place) leave() {
	for _, f := range slices.Backward(p.copies) {
		f.close()
	}
}
