package register

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/rate"
)

// locker acquires one group after another, in canonical order.
type locker struct {
	groups   map[string]group.Group
	find     Find
	watcher  *watcher
	stations stations
	holdings holdings
	stopped  stopped

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

// Acquire implements lock.Locker. It also returns the errors of Find.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	needs = group.Canonical(needs)
	if err := l.validate(needs); err != nil {
		return nil, err
	}
	if err := l.sortByIdentity(needs); err != nil {
		return nil, err
	}
	a := &acquisition{locker: l, ctx: ctx, held: newHeld(l)}
	err := a.takeAll(needs)
	a.leaveQueues() // before somebody else uses what they wait with
	if err != nil {
		a.held.Release()
		return nil, err
	}
	l.holdings.add(a.held)
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

// sortByIdentity sorts needs by what identifies groups. Labels differ from workspace to
// workspace, and two different orders could deadlock.
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

// placeOf finds the register of a group once. If another configuration makes a copy later, the
// runners of that configuration find it, and they see ours too.
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

// forget makes placeOf find the register of a group again.
func (l *locker) forget(label string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.places, label)
	l.stations.forget(label)
}

// Identity returns Place.Identity of a group, or the error of Find.
func (l *locker) Identity(label string) (string, error) {
	place, err := l.placeOf(label)
	return place.Identity, err
}

// Holders implements lock.Inspector. It returns nothing: the register does not show who the
// holders are.
func (l *locker) Holders(string) []lock.User { return nil }

// Why implements lock.Narrator.
func (l *locker) Why(label string, _ lock.User) []string {
	g := l.groups[label]
	if !g.Rate.Limited() {
		return nil
	}
	place, err := l.placeOf(label)
	if err != nil {
		return nil
	}
	return rate.NewLog(g.Rate, rate.OnMachine(place.Identity, g.Scope, g.Rate, nil)).Why()
}

// Wanted implements lock.Inspector.
func (l *locker) Wanted(label string, own int) bool {
	place, err := l.placeOf(label)
	if err != nil {
		return false
	}
	s, err := l.stations.take(label, place)
	if err != nil {
		return false
	}
	defer l.stations.putBack(label, s)
	others, err := s.waiters(own + 1)
	return others > own && err == nil
}

// Close closes the files that are kept open for the next acquisition. No acquisition may be under
// way.
func (l *locker) Close() error {
	l.stations.close()
	return nil
}
