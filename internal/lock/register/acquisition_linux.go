package register

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/rate"
)

// acquisition is a call of Acquire that is under way.
type acquisition struct {
	locker *locker
	ctx    context.Context
	held   *held
	// rated are the turns of groups with a rate. They end when all groups are held and the rates
	// allow a start, so that later waiters stay behind.
	rated []ratedTurn
}

type ratedTurn struct {
	*turn
	label string
	log   *rate.Log
}

// rewriting is how long a lock file may be missing: Bazel removes an output before
// it writes it again.
const rewriting = 10 * time.Second

// takeAll acquires what a case needs, and counts its start.
func (a *acquisition) takeAll(needs []group.Need) error {
	for _, n := range needs {
		if err := a.take(n); err != nil {
			return err
		}
		lock.Acquired(a.ctx, n.Group)
	}
	return a.start()
}

// take acquires what n needs of one group. If the group's files are replaced meanwhile, it finds
// them again and retries.
func (a *acquisition) take(n group.Need) error {
	var gone time.Time // since when
	for {
		begun := time.Now()
		err := a.tryToTake(n)
		if !isGone(err) {
			return err
		}
		if gone.IsZero() || time.Since(begun) > time.Second { // it was there meanwhile
			gone = time.Now()
		}
		if time.Since(gone) > rewriting {
			return err
		}
		a.locker.forget(n.Group)
		if err := rest(a.ctx, polling); err != nil {
			return err
		}
	}
}

func (a *acquisition) tryToTake(n group.Need) error {
	if err := a.ctx.Err(); err != nil {
		return err
	}
	place, err := a.locker.placeOf(n.Group)
	if err != nil {
		return err
	}
	s, err := a.locker.stations.take(n.Group, place)
	if err != nil {
		return fmt.Errorf("%s: %w", n.Group, err)
	}
	u := newUnits(s, a.locker.groups[n.Group], n)
	turn, err := a.takeAt(u)
	if err != nil {
		if turn != nil {
			turn.leave()
		}
		s.close()
		return err
	}
	a.keep(turn, u)
	return nil
}

// takeAt acquires units. If they are free and nobody waits, it does so at once; otherwise it
// waits for its turn, which it returns.
func (a *acquisition) takeAt(u *units) (*turn, error) {
	turn, taken, err := a.ask(u)
	if taken || err != nil {
		return turn, err
	}
	lock.Waiting(a.ctx, u.group.Label)
	return turn, a.wait(&wait{acquisition: a, turn: turn, units: u})
}

// ask tries to take units, and draws a ticket if that takes a while. A case that uses groups with
// a rate may still have to wait when it has the units.
func (a *acquisition) ask(u *units) (t *turn, taken bool, err error) {
	if err := u.enterDoorway(a.ctx); err != nil {
		return nil, false, err
	}
	defer u.leaveDoorway()
	wanted, err := u.isWanted()
	if err != nil {
		return nil, false, err
	}
	if rated := u.group.Rate.Limited(); wanted || rated {
		if t, err = u.draw(); err != nil || wanted {
			return t, false, err
		}
	}
	if taken, err = u.claim(); taken || err != nil || t != nil {
		return t, taken, err
	}
	t, err = u.draw()
	return t, false, err
}

// keep keeps what was acquired, and for a group with a rate the turn as well.
func (a *acquisition) keep(t *turn, u *units) {
	a.held.units = append(a.held.units, u)
	if !u.group.Rate.Limited() {
		if t != nil {
			t.leave()
		}
		return
	}
	log := rate.NewLog(u.group.Rate, rate.OnMachine(u.place.Identity, u.group.Scope, u.group.Rate, func(ctx context.Context) (func(), error) {
		return u.units.unlock, u.units.lock(ctx)
	}))
	a.rated = append(a.rated, ratedTurn{turn: t, label: u.group.Label, log: log})
}

// start waits until every rate allows a start, and counts it.
func (a *acquisition) start() (err error) {
	logs := make([]*rate.Log, len(a.rated))
	for i, r := range a.rated {
		logs[i] = r.log
	}
	a.held.counted, err = rate.Start(a.ctx, logs, func(i int) {
		a.showPulses()
		lock.Waiting(a.ctx, a.rated[i].label)
	})
	return err
}

// showPulses shows later waiters that this process lives, in the queues in which it is first.
func (a *acquisition) showPulses() {
	for _, r := range a.rated {
		r.pulse.show(r.turn)
	}
}

func (a *acquisition) leaveQueues() {
	for _, r := range slices.Backward(a.rated) {
		r.leave()
	}
}
