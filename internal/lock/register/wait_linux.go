package register

import (
	"context"
	"time"
)

// How long a waiter sleeps at most before it looks again, in case that nobody wakes
// it.
const (
	lookAgain = time.Second
	// lookLater is that of those far back in the queue, who are too many to look often.
	lookLater = 5 * time.Second
	// polling is where there is no inotify: a user has 128 instances by default
	// (inotify(7)).
	polling = 20 * time.Millisecond
	// settling is how long after a close a waiter looks once more: the files of
	// a process that dies are closed, and watchers told, before their locks go.
	settling = 20 * time.Millisecond
)

const (
	// near is how many of a queue look often.
	near = 16
	// crowd is how many are never passed, whoever they are.
	crowd = 1024
)

// wait is one that waits for its turn, and then for units.
type wait struct {
	*acquisition
	turn  *turn
	units *units

	patience patience
	place    place
	stop     func() // ends listening; nil if it does not listen
	woken    chan struct{}
	often    time.Duration // how long it sleeps at most
}

// place is where in the queue somebody is, as far as that matters.
type place int

const (
	nowhere place = iota
	first         // waits for units
	behind        // waits until it is woken, when it is first
	last          // and looks but seldom
)

// wait returns when the units are taken.
func (a *acquisition) wait(w *wait) error {
	defer a.locker.watcher.use()()
	w.woken = make(chan struct{}, 1)
	defer w.deafen()
	var settled <-chan time.Time
	for {
		// Asked after it has begun to listen, so that nothing falls in between.
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
			if w.place != first {
				w.place = nowhere // an alarm rings once
			} else if settled == nil {
				settled = time.After(settling)
			}
		case <-settled:
			settled = nil
		case <-timer.C:
		}
		timer.Stop()
	}
}

// look takes the units if it may and they are free, and says whether it listens to
// something else now.
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

// mayTake reports whether nobody is ahead, or only such as seem to be stopped.
func (w *wait) mayTake(ahead []int64) (bool, error) {
	stopped := &w.locker.stopped
	if len(ahead) == 0 || stopped.are(w.units.group.Label, ahead) {
		return true, nil
	}
	over, err := w.patience.isOver(w.turn, ahead, w.often)
	if over && len(ahead) == near {
		// There may be more, who live.
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

// take looks before it enters the doorway, which others use too.
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

// moveTo listens to what matters in a place, if it does not yet.
func (w *wait) moveTo(p place) (moved bool) {
	if p == w.place {
		return false
	}
	w.deafen()
	w.place = p
	w.often = w.interval()
	if p != first && len(w.turn.queue) == 1 {
		w.stop, _ = w.turn.sleep(w.woken)
	}
	if w.stop == nil {
		paths := w.turn.queue.paths()
		if p == first {
			paths = w.turn.units.paths()
		}
		var err error
		if w.stop, err = w.locker.watcher.subscribe(paths, w.woken); err != nil {
			w.often = polling
		}
	}
	return true
}

// interval is how often one in a place looks, although nothing has woken it.
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
		w.stop = nil
	}
}

// sleep lets those who leave the queue, or give units back, wake its owner, and nobody else. Who does not
// see all copies that they see is not found by them, so it is for one copy only.
func (t *turn) sleep(woken chan<- struct{}) (stop func(), err error) {
	a := t.alarm(0)
	if a == nil {
		return nil, context.Canceled
	}
	return a.sleep(t.region, t.ticket, woken)
}
