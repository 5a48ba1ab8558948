package register

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/rate"
)

// locker takes group after group in canonical order, and of each group first
// a ticket of its queue, then its units, then leaves the queue.
type locker struct {
	groups  map[string]group.Group
	find    Find
	watcher *watcher

	mu     sync.Mutex
	places map[string]Place // by label, found when first needed
}

// New returns a locker for groups, whose registers find finds.
func New(groups []group.Group, find Find) lock.Locker {
	l := &locker{
		groups:  make(map[string]group.Group, len(groups)),
		find:    find,
		watcher: newWatcher(),
		places:  map[string]Place{},
	}
	for _, g := range groups {
		l.groups[g.Label] = g
	}
	return l
}

// Acquire implements lock.Locker. Its errors are also those of Find.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	needs = group.Canonical(needs)
	if err := l.validate(needs); err != nil {
		return nil, err
	}
	if err := l.sortByIdentity(needs); err != nil {
		return nil, err
	}
	a := &acquisition{locker: l, ctx: ctx, held: &held{}}
	defer a.leaveQueues()
	for _, n := range needs {
		if err := a.take(n); err != nil {
			a.held.Release()
			return nil, err
		}
	}
	if err := a.start(); err != nil {
		a.held.Release()
		return nil, err
	}
	return a.held, nil
}

func (l *locker) validate(needs []group.Need) error {
	for _, n := range needs {
		g, ok := l.groups[n.Group]
		if !ok {
			return fmt.Errorf("%s: %w", n.Group, lock.ErrUnknownGroup)
		}
		if err := n.Validate(g); err != nil {
			return err
		}
		if err := checkCapacity(g); err != nil {
			return err
		}
	}
	return nil
}

// sortByIdentity brings needs into the order of what identifies groups: labels are
// others in every workspace, and two orders could deadlock.
func (l *locker) sortByIdentity(needs []group.Need) error {
	identity := func(n group.Need) string { return l.groups[n.Group].Identity() }
	slices.SortFunc(needs, func(a, b group.Need) int { return cmp.Compare(identity(a), identity(b)) })
	for i := 1; i < len(needs); i++ {
		if identity(needs[i-1]) == identity(needs[i]) {
			return fmt.Errorf("%s and %s have the same key %q: a case that holds both would wait for itself; use one of them",
				needs[i-1].Group, needs[i].Group, identity(needs[i]))
		}
	}
	return nil
}

// placeOf finds the register of a group once: a copy that another configuration
// makes later is found by its own runners, which see ours too.
func (l *locker) placeOf(label string) (Place, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if place, ok := l.places[label]; ok {
		return place, nil
	}
	place, err := l.find(l.groups[label])
	if err != nil {
		return Place{}, err
	}
	l.places[label] = place
	return place, nil
}

// Identity returns Place.Identity of a group, or the error of Find.
func (l *locker) Identity(label string) (string, error) {
	place, err := l.placeOf(label)
	return place.Identity, err
}

// Holders implements lock.Inspector: the register does not tell who they are.
func (l *locker) Holders(string) []lock.User { return nil }

// Wanted implements lock.Inspector.
func (l *locker) Wanted(label string) bool {
	place, err := l.placeOf(label)
	if err != nil {
		return false
	}
	wanted, err := isWanted(place)
	return wanted && err == nil
}

// acquisition is an Acquire under way.
type acquisition struct {
	locker *locker
	ctx    context.Context
	held   *held
	// rated are the turns of groups with a rate. They end when all groups are
	// held and the rates allow a start, so that nobody else counts meanwhile.
	rated []ratedTurn
}

type ratedTurn struct {
	*turn
	label string
	log   *rate.Log
}

// take takes what n needs of one group. Only the first in the group's queue
// tries to take units, so two that have a part each never wait for one
// another, and an exclusive holder is not starved by shared ones.
func (a *acquisition) take(n group.Need) error {
	place, err := a.locker.placeOf(n.Group)
	if err != nil {
		return err
	}
	for {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		turn, err := joinQueue(a.ctx, place)
		if err != nil {
			return fmt.Errorf("%s: queue: %w", n.Group, err)
		}
		u := newUnits(a.locker.groups[n.Group], place, n)
		taken, err := a.takeInTurn(turn, u)
		if taken {
			a.keep(turn, u)
			return nil
		}
		u.release()
		turn.leave()
		if err != nil {
			return err
		}
	}
}

// takeInTurn takes units when it is the turn's turn. It fails to if the queue's
// file was replaced meanwhile: somebody may be first in the new one, too.
func (a *acquisition) takeInTurn(turn *turn, u *units) (taken bool, err error) {
	defer a.locker.watcher.use()()
	waitFor := func(paths []string, ready func() (bool, error)) error {
		return a.locker.watcher.wait(a.ctx, paths, ready, func() { lock.Waiting(a.ctx, u.group.Label) })
	}
	if err := waitFor(u.place.Queue, turn.isFirst); err != nil {
		return false, err
	}
	if err := waitFor(u.place.Units, u.take); err != nil {
		return false, err
	}
	return areCurrent(turn.copies)
}

// keep keeps what was taken, and of a group with a rate the turn as well.
func (a *acquisition) keep(turn *turn, u *units) {
	a.held.units = append(a.held.units, u)
	if !u.group.Rate.Limited() {
		turn.leave()
		return
	}
	log := rate.NewLog(u.group.Rate, rate.OnMachine(u.place.Identity, func(ctx context.Context) (func(), error) {
		return lockUnits(ctx, u.place)
	}))
	a.rated = append(a.rated, ratedTurn{turn: turn, label: u.group.Label, log: log})
}

// start waits until every rate allows a start, and counts it.
func (a *acquisition) start() (err error) {
	logs := make([]*rate.Log, len(a.rated))
	for i, r := range a.rated {
		logs[i] = r.log
	}
	a.held.counted, err = rate.Start(a.ctx, logs, func(i int) { lock.Waiting(a.ctx, a.rated[i].label) })
	return err
}

func (a *acquisition) leaveQueues() {
	for _, r := range slices.Backward(a.rated) {
		r.leave()
	}
}

// held is the units of all groups of one Acquire.
type held struct {
	once    sync.Once
	units   []*units
	counted *rate.Counted
}

func (h *held) Release() { h.once.Do(h.release) }

// Undo implements lock.Held.
func (h *held) Undo() {
	h.once.Do(func() {
		h.counted.Uncount()
		h.release()
	})
}

func (h *held) release() {
	for _, u := range slices.Backward(h.units) {
		u.release()
	}
}

// Begun implements lock.Held.
func (h *held) Begun() { h.counted.Begun() }

// Grants implements lock.Held.
func (h *held) Grants() map[string]group.Grant {
	grants := map[string]group.Grant{}
	for _, u := range h.units {
		grants[u.group.Label] = u.grant()
	}
	return grants
}

// Lost returns nil: the kernel keeps a lock as long as its holder lives.
func (h *held) Lost() <-chan struct{} { return nil }

// Confirm returns nil, for the same reason.
func (h *held) Confirm() error { return nil }
