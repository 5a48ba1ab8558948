package provision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/quantum"
)

const (
	// look is how often a runner checks whether somebody wants a unit that it has and does not
	// use; lookFar is the interval if it has to ask another machine.
	look, lookFar = 30 * time.Millisecond, 300 * time.Millisecond
	// maxFailures is the number of failures in a row after which a setup is not retried: each may
	// take its whole timeout.
	maxFailures = 2
)

// resource is one group with a setup.
type resource struct {
	group   Group
	locker  *Locker
	options Options
	// turn is taken by the one case that may ask for units at a time. While nobody has it, only
	// others can want the group.
	turn chan struct{}

	mu       sync.Mutex
	target   string // of this runner, as others see it
	leases   []*lease
	asking   *asking
	setups   []time.Time   // when the running setups have started
	failures int           // in a row
	failure  error         // the last one
	noKeeper bool          // it cannot be used, and that was said
	went     int           // cases that went on with a unit while others waited
	cost     time.Duration // of the last instances
	closed   bool
	stopping sync.WaitGroup // leases that are given up
}

// asking is a case that waits for units.
type asking struct {
	weight  int
	cancel  context.CancelFunc
	offered bool // somebody has given such units back, and it is cancelled
}

func newResource(g Group, l *Locker, o Options) *resource {
	return &resource{group: g, locker: l, options: o, turn: make(chan struct{}, 1)}
}

// acquire returns units whose instances are up.
func (r *resource) acquire(ctx context.Context, n group.Need) (*lease, error) {
	l, err := r.take(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := l.ready(ctx); err != nil {
		r.giveUp(l)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.count(err)
		return nil, err
	}
	r.count(nil)
	return l, nil
}

// settingUp tells of the setups that run.
func (r *resource) settingUp() (told []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, since := range r.setups {
		told = append(told, fmt.Sprintf("its setup %s is starting since %s", r.group.Setup, since.Format(time.TimeOnly)))
	}
	return told
}

// withoutItself returns users of the group, of whom this runner is one while it has units
// (traced): a case that waits for the runner's own setup does not wait for its holder, and
// any other one waits for a case that uses them.
func (r *resource) withoutItself(users []lock.User) (others []lock.User) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range users {
		if u.Case == "" && u.Target == r.target && len(r.leases) > 0 {
			if len(r.setups) > 0 {
				continue
			}
			u.Case = "another case"
		}
		others = append(others, u)
	}
	return others
}

// noteSetup notes a running setup, until the returned function is called.
func (r *resource) noteSetup() (ended func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	r.setups = append(r.setups, now)
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		at := slices.Index(r.setups, now)
		r.setups = slices.Delete(r.setups, at, at+1)
	}
}

// count notes how a setup went. A loss of the units is not a failure of the setup.
func (r *resource) count(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
		r.failures, r.failure = 0, nil
	case !errors.Is(err, lock.ErrLost):
		r.failures++
		r.failure = err
	}
}

// refusal says why nothing is started any more; nil if setups may start.
func (r *resource) refusal() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return errClosed
	case r.failures >= maxFailures:
		return r.notAgain()
	}
	return nil
}

// take returns units, with instances that are up if it can, and otherwise asks for them. Cases of
// this runner do so one by one, in the order in which they came.
func (r *resource) take(ctx context.Context, n group.Need) (*lease, error) {
	if err := r.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-r.turn }()
	for {
		if err := r.refusal(); err != nil {
			return nil, err
		}
		if l := r.reuse(n.Weight); l != nil {
			return l, nil
		}
		l, err := r.ask(ctx, n)
		if l != nil || err != nil {
			return l, err
		}
	}
}

func (r *resource) takeTurn(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return ctx.Err()
	default:
	}
	lock.Waiting(ctx, r.group.Label)
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reuse returns units that another case has given back. If somebody else waits for the group, and
// what was paid for their instances has been worth it, it is their turn.
func (r *resource) reuse(weight int) *lease {
	wanted := r.locker.isWanted(r.group.Label, 0) // nobody asks during this one's turn
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.idle(weight)
	if l == nil {
		return nil
	}
	l.endIdle()
	if wanted && l.quantum.IsOver() {
		r.giveUpLocked(l)
		return nil
	}
	if wanted {
		r.went++
	}
	return l
}

// paid begins the quantum of a lease, whose instances took that long to start. A lease has one
// quantum: an instance that dies and is started again does not prolong it.
func (r *resource) paid(l *lease, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.quantum == (quantum.Quantum{}) {
		l.quantum, r.cost = quantum.After(took), took
	}
}

// keepsAll reports whether this runner has units, and would give none of them to others who wait.
func (r *resource) keepsAll() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.leases) > 0 && !slices.ContainsFunc(r.leases, func(l *lease) bool { return l.quantum.IsOver() })
}

// idle returns units that nobody uses; the mutex is locked.
func (r *resource) idle(weight int) *lease {
	at := slices.IndexFunc(r.leases, func(l *lease) bool { return l.endIdle != nil && len(l.slots) == weight })
	if at < 0 {
		return nil
	}
	return r.leases[at]
}

// ask asks for units. It returns nothing if a case has given such units back meanwhile.
func (r *resource) ask(ctx context.Context, n group.Need) (*lease, error) {
	asked, cancel := context.WithCancel(ctx)
	defer cancel()
	a := &asking{weight: n.Weight, cancel: cancel}
	if !r.expect(a, lock.UserOf(ctx).Target) {
		return nil, nil
	}
	held, err := r.locker.inner.Acquire(r.traced(asked), []group.Need{n})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking = nil
	switch {
	case err == nil:
		return r.newLease(held), nil
	case a.offered && ctx.Err() == nil:
		return nil, nil
	}
	return nil, err
}

// expect notes who asks, unless there is already what it asks for.
func (r *resource) expect(a *asking, target string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.target = target
	if r.idle(a.weight) != nil {
		return false
	}
	r.asking = a
	return true
}

// traced says that the runner asks, and not one of its cases: the next cases may get the units
// after it.
func (r *resource) traced(ctx context.Context) context.Context {
	return lock.WithTrace(ctx, lock.Trace{
		User:    lock.User{Target: lock.UserOf(ctx).Target},
		Waiting: func(label string) { lock.Waiting(ctx, label) },
	})
}

// newLease is called with the mutex locked.
func (r *resource) newLease(held lock.Held) *lease {
	l := newLease(r, held)
	r.leases = append(r.leases, l)
	if held.Lost() != nil {
		go l.watch(held.Lost())
	}
	return l
}

// lose gives up units that are lost. If a case uses them, it stops their instances at once: the
// case still has to ask whether they were lost.
func (r *resource) lose(l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.leases, l) {
		return
	}
	l.lost = true
	if l.endIdle != nil {
		l.endIdle()
		r.giveUpLocked(l)
		return
	}
	r.stopping.Go(func() { l.stop(true) })
}

// giveBack keeps units for the next case, or gives them up if they are lost.
func (r *resource) giveBack(l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l.lost || r.closed {
		r.giveUpLocked(l)
		return
	}
	idle, end := context.WithCancel(context.Background())
	l.endIdle = func() { end(); l.endIdle = nil }
	if a := r.asking; a != nil && a.weight == len(l.slots) {
		a.offered = true
		a.cancel()
	}
	go r.watch(idle, l)
}

// watch gives unused units up when somebody else wants the group. A case of this runner that asks
// for such units does not count: it will take them.
func (r *resource) watch(idle context.Context, l *lease) {
	every := look
	if r.group.Scope == group.Cluster {
		every = lookFar
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-idle.Done():
			return
		case <-ticker.C:
		}
		if !r.isOffered() && r.locker.isWanted(r.group.Label, 0) {
			r.giveUpIdle(idle, l)
			return
		}
	}
}

// asks is how many requests of this runner wait for units.
func (r *resource) asks() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asking == nil {
		return 0
	}
	return 1
}

func (r *resource) isOffered() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asking != nil && r.asking.offered
}

// giveUpIdle gives units up if they have been idle since the watch began.
func (r *resource) giveUpIdle(idle context.Context, l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if idle.Err() == nil {
		l.endIdle()
		r.giveUpLocked(l)
	}
}

func (r *resource) giveUp(l *lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.giveUpLocked(l)
}

// giveUpLocked stops the instances and then gives the units to others. It does not wait for that.
func (r *resource) giveUpLocked(l *lease) {
	at := slices.Index(r.leases, l)
	if at < 0 {
		return
	}
	r.leases = slices.Delete(r.leases, at, at+1)
	close(l.over)
	lost := l.lost
	r.stopping.Go(func() {
		l.stop(lost)
		l.held.Release()
	})
}

// close gives everything up, and waits until it is gone.
func (r *resource) close() {
	r.mu.Lock()
	r.closed = true
	for _, l := range slices.Clone(r.leases) {
		if l.endIdle != nil {
			l.endIdle()
		}
		r.giveUpLocked(l)
	}
	if r.went > 0 {
		r.options.Say(fmt.Sprintf("%s: %d times the next case went on with an instance that others waited for: it took %s to have it, "+
			"and was kept for up to %s", r.group.Label, r.went, r.cost.Round(time.Millisecond), quantum.Length(r.cost).Round(time.Millisecond)))
	}
	r.mu.Unlock()
	r.stopping.Wait()
}
