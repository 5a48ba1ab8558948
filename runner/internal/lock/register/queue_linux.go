package register

import (
	"context"
	"errors"
	"slices"
	"time"
)

// turn is a place in a group's queue: a ticket that is announced on every copy
// of the group's queue file.
//
// Bare flock serves waiters in no order that one can rely on. So who asks for
// a group draws a ticket first, one above the highest that is announced, and
// takes its turn when no lower one is. Tickets are drawn one at a time, under
// a flock of the same files, so they are unique among all who have a copy in
// common; and they vanish with their process, so that the dead do not hold up
// the queue.
type turn struct {
	region region
	copies []*lockFile
	ticket int64
}

// joinQueue draws a ticket. It does not wait for anybody's turn.
func joinQueue(ctx context.Context, place Place) (*turn, error) {
	t := &turn{region: regionOf(place.Region)}
	if err := t.enter(ctx, place.Queue); err != nil {
		t.leave()
		return nil, err
	}
	return t, nil
}

func (t *turn) enter(ctx context.Context, copies []string) error {
	for _, path := range copies {
		f, err := openLockFile(path)
		if err != nil {
			return err
		}
		t.copies = append(t.copies, f)
		if err := passDoorway(ctx, f); err != nil {
			return err
		}
	}
	if err := t.draw(); err != nil {
		return err
	}
	for _, f := range slices.Backward(t.copies) {
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
		if ok, err := f.tryLock(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (t *turn) draw() error {
	for _, f := range t.copies {
		last, err := lastTicket(f, t.region, t.ticket)
		if err != nil {
			return err
		}
		t.ticket = last
	}
	if t.ticket == maxTicket {
		return errors.New("there are no tickets left: so many have waited, and never all at once were done")
	}
	t.ticket++
	return announceAll(t.copies, t.region.ticket(t.ticket))
}

// lastTicket returns the highest ticket announced on f, or last if there is
// none above it.
func lastTicket(f *lockFile, r region, last int64) (int64, error) {
	for {
		_, at, found, err := f.announcedIn(r.ticket(last+1), r.ticket(maxTicket+1))
		if err != nil || !found {
			return last, err
		}
		last = at - int64(r)
	}
}

// isFirst reports whether nobody with a lower ticket waits or takes units.
func (t *turn) isFirst() (bool, error) {
	_, earlier, err := firstAnnounced(t.copies, t.region.ticket(1), t.region.ticket(t.ticket))
	return !earlier, err
}

// leave gives the ticket back, and with that the turn to the next one.
func (t *turn) leave() { closeAll(t.copies) }

// isWanted reports whether anybody is in a queue. Who is, is woken by the look.
func isWanted(place Place) (wanted bool, err error) {
	files, err := openAll(place.Queue)
	if err != nil {
		return false, err
	}
	defer closeAll(files)
	r := regionOf(place.Region)
	_, wanted, err = firstAnnounced(files, r.ticket(1), r.ticket(maxTicket+1))
	return wanted, err
}
