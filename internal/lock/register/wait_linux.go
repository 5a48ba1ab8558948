package register

import "time"

// How long a waiter sleeps at most before it looks again, in case nothing wakes it.
const (
	lookAgain = time.Second
	// lookLater is the interval for waiters far back in the queue, which are too many to look
	// often.
	lookLater = 5 * time.Second
	// polling is the interval of a first waiter without inotify, of which a user has 128 instances
	// by default (inotify(7)).
	polling = 20 * time.Millisecond
	// settling is how long after a close a waiter looks once more: when a process dies, its files
	// are closed, and watchers told, before its locks go.
	settling = 20 * time.Millisecond
)

const (
	// near is how many waiters of a queue look often.
	near = 16
	// crowd is how many waiters are never overtaken, even if they seem stopped.
	crowd = 1024
)

// wait is the state of a waiter, first for its turn, and then for units.
type wait struct {
	*acquisition
	turn  *turn
	units *units

	patience patience
	place    place
	stop     func() // ends listening; nil if it does not listen
	sleeps   bool   // it listens for an alarm, which rings once
	woken    chan struct{}
	often    time.Duration // how long it sleeps at most
}

// place is a waiter's position in the queue, as far as that matters.
type place int

const (
	nowhere place = iota
	first         // waits for units
	behind        // waits until it is woken, when it is first
	last          // looks only seldom
)

// wait returns when the units are acquired.
func (a *acquisition) wait(w *wait) error {
	w.woken = make(chan struct{}, 1)
	defer w.deafen()
	if wanted, err := w.turn.isWanted(); wanted && err == nil {
		w.moveTo(behind)
	}
	var settled <-chan time.Time
	for {
		// It looks after it has begun to listen, so that it misses nothing in between.
		taken, moved, err := w.look()
		if taken || err != nil {
			return err
		}
		if moved {
			continue
		}
		timer := time.NewTimer(w.often)
		select {
		case <-a.ctx.Done():
			timer.Stop()
			return a.ctx.Err()
		case <-w.woken:
			switch {
			case w.sleeps: // its alarm rings once, and for the first in the queue
				w.place = nowhere
				w.moveTo(first)
			case w.place == first && settled == nil:
				settled = time.After(settling)
			}
		case <-settled:
			settled = nil
		case <-timer.C:
		}
		timer.Stop()
	}
}

// look takes the units if it may and they are free. It also reports whether it now listens to
// something else.
func (w *wait) look() (taken, moved bool, err error) {
	w.showPulses()
	if !w.turn.areCurrent() {
		return false, false, errReplaced
	}
	ahead, err := w.turn.ahead(near)
	if err != nil {
		return false, false, err
	}
	mayTake, err := w.mayTake(ahead)
	if err != nil {
		return false, false, err
	}
	if mayTake {
		w.turn.pulse.show(w.turn)
		if taken, err = w.take(); taken || err != nil {
			return taken, false, err
		}
		return false, w.moveTo(first), nil
	}
	return false, w.moveTo(placeOf(len(ahead))), nil
}

// mayTake reports whether nobody is ahead, or only waiters that seem to be stopped.
func (w *wait) mayTake(ahead []int64) (bool, error) {
	stopped := &w.locker.stopped
	if len(ahead) == 0 || stopped.are(w.units.group.Label, ahead) {
		return true, nil
	}
	over, err := w.patience.isOver(w.turn, ahead, w.often)
	if over && len(ahead) == near {
		// There may be more waiters, which live.
		if ahead, err = w.turn.ahead(crowd); err != nil || len(ahead) == crowd {
			return false, err
		}
	}
	if over {
		stopped.add(w.units.group.Label, ahead)
	}
	return over, err
}

func placeOf(ahead int) place {
	if ahead < near {
		return behind
	}
	return last
}

// take looks before it enters the doorway, because others use the doorway too.
func (w *wait) take() (bool, error) {
	if err := w.units.agree(); err != nil {
		return false, err
	}
	if _, free, err := w.units.free(); !free || err != nil {
		return false, err
	}
	if err := w.units.enterDoorway(w.ctx); err != nil {
		return false, err
	}
	defer w.units.leaveDoorway()
	return w.units.claim()
}

// moveTo starts to listen for what matters in a place, unless it already does.
func (w *wait) moveTo(p place) (moved bool) {
	if p == w.place {
		return false
	}
	stays := w.stop != nil && p != first && w.place != first
	w.place = p
	w.often = w.interval()
	if stays {
		return false
	}
	w.deafen()
	if p != first {
		w.sleep()
	}
	if w.stop == nil {
		w.watch()
	}
	if w.stop == nil {
		w.often = polling // nothing tells of a holder that dies
		w.sleep()
	}
	return true
}

// watch listens for closes of the files that matter in a place, if there is an inotify instance.
func (w *wait) watch() {
	paths := w.turn.queue.paths()
	if w.place == first {
		paths = w.turn.units.paths()
	}
	w.stop, _ = w.locker.watcher.subscribe(paths, w.woken)
}

// sleep listens for the ticket's alarm: for processes that leave the queue or give units back,
// which wake nobody else. A process that does not see all of these copies would not find the
// owner, so sleep is for a single copy only.
func (w *wait) sleep() {
	if len(w.turn.queue) > 1 {
		return
	}
	if a := w.turn.alarm(0); a != nil {
		w.stop, _ = a.sleep(w.turn.region, w.turn.ticket, w.woken)
		w.sleeps = w.stop != nil
	}
}

// interval returns how often a waiter in a place looks even if nothing wakes it.
func (w *wait) interval() time.Duration {
	switch {
	case w.place == first, len(w.rated) > 0:
		return beat
	case w.place == last:
		return lookLater
	}
	return lookAgain
}

func (w *wait) deafen() {
	if w.stop != nil {
		w.stop()
		w.stop, w.sleeps = nil, false
	}
}
