// Package provision starts what the units of resource groups stand for: a database server, a
// container, a folder. It is a lock.Locker around another one, which keeps their users apart.
//
//   - provision: the locker, which acquires groups with a setup before all others;
//   - resource: one group with a setup, its units between cases, its failures;
//   - lease: units of a group that are held, and their instances;
//   - instance: one of them, started here or lent by a keeper.
//
// docs/guide/instances.md and docs/guide/services.md say what users see of it.
package provision

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/service"
)

// Group is a group whose units have to be started.
type Group struct {
	group.Group
	// Setup is the name of the program that starts a unit.
	Setup string
	// Spec returns what to start for the unit with that number.
	Spec func(slot int) (service.Spec, error)
	// Keep returns the same for a keeper, which keeps it from holder to holder, and the files that it
	// is made of; nil if the group's instances are not kept.
	Keep func(slot int) (use keeper.Use, files func() []keeper.File, err error)
}

// Options are what the setups of a process have in common.
type Options struct {
	// TmpDir is the folder for the instances' folders; empty means the system's.
	TmpDir string
	// Patience, when it ends, ends the grace of every instance, and each running setup.
	Patience context.Context
	// Say gets sentences for people about what happened, and Warn those about what went wrong and
	// was repaired. Several goroutines may call them.
	Say, Warn func(string)
	// Note gets event.InstanceStarted of each start; nil if nobody wants it.
	Note func(event.Event)
}

// Locker is a lock.Locker that starts instances before it hands out units.
//
// When a case gives a unit back, the unit stays held, and its instance up, for the next case that
// needs as many units of the group. Such a case takes it even if others wait for the group, as
// long as the unit's quantum lasts. A unit that no case takes is given up as soon as somebody else
// wants the group, and by Close. So nobody waits longer for an unused unit than it takes to stop,
// and deadlock is as impossible as without it: in a cycle of waiters, each would wait for a unit
// that a case holds, and cases acquire groups in one order.
type Locker struct {
	inner     lock.Locker
	resources map[string]*resource // by label
}

// New returns a locker that acquires groups from inner, and starts instances for groups. Inner
// should be a lock.Inspector: otherwise a unit that somebody waits for is not given up before
// Close.
func New(inner lock.Locker, groups []Group, options Options) *Locker {
	l := &Locker{inner: inner, resources: map[string]*resource{}}
	for _, g := range groups {
		l.resources[g.Label] = newResource(g, l, options)
	}
	return l
}

// Acquire implements lock.Locker. It first acquires the units that have to be started, group by
// group in canonical order, each with its instances. Then it acquires all other needs together,
// so that groups with a rate are the last, and nothing is waited for between the count and the
// start.
//
// Shared groups are among the other needs: a shared holder has no unit of its own, and nothing is
// started for it.
//
// It also returns the errors of setups. They contain what the program has printed.
func (l *Locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	return lock.Confirmed(func() (lock.Held, error) { return l.acquire(ctx, needs) })
}

func (l *Locker) acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	started, rest := l.split(needs)
	var parts lock.All
	for _, n := range started {
		lease, err := l.resources[n.Group].acquire(ctx, n)
		if err != nil {
			parts.Release()
			return nil, err
		}
		parts = append(parts, lease)
		lock.Acquired(ctx, n.Group)
	}
	if len(rest) > 0 {
		held, err := l.inner.Acquire(ctx, rest)
		if err != nil {
			parts.Release()
			return nil, err
		}
		parts = append(parts, held)
	}
	return parts.Together(), nil
}

// split returns the needs of units that have to be started, in the order of their scopes and then
// of what identifies them, and the other needs.
func (l *Locker) split(needs []group.Need) (started, rest []group.Need) {
	for _, n := range group.Canonical(needs) {
		if l.resources[n.Group] != nil && n.Mode == group.Exclusive {
			started = append(started, n)
		} else {
			rest = append(rest, n)
		}
	}
	slices.SortStableFunc(started, func(a, b group.Need) int {
		x, y := l.resources[a.Group].group, l.resources[b.Group].group
		return cmp.Or(
			cmp.Compare(slices.Index(group.Scopes, x.Scope), slices.Index(group.Scopes, y.Scope)),
			cmp.Compare(x.Identity(), y.Identity()),
		)
	})
	return started, rest
}

// Holders implements lock.Inspector.
func (l *Locker) Holders(label string) (users []lock.User) {
	if i, ok := l.inner.(lock.Inspector); ok {
		users = i.Holders(label)
	}
	if r := l.resources[label]; r != nil {
		users = r.withoutItself(users)
	}
	return users
}

// Why implements lock.Narrator: a case may wait for a setup that runs. For a group with
// one it is the runner that waits, for whichever case.
func (l *Locker) Why(label string, user lock.User) (why []string) {
	if r := l.resources[label]; r != nil {
		why, user = r.settingUp(), lock.User{Target: user.Target}
	}
	return append(why, lock.WhyOf(l.inner, label, user)...)
}

// Wanted implements lock.Inspector. Nobody counts as waiting for units that this runner would not
// give up. For a group with a setup at most one request of this runner waits, whatever the caller
// knows.
func (l *Locker) Wanted(label string, own int) bool {
	if r := l.resources[label]; r != nil {
		if r.keepsAll() {
			return false
		}
		own = r.asks()
	}
	return l.isWanted(label, own)
}

func (l *Locker) isWanted(label string, own int) bool {
	i, ok := l.inner.(lock.Inspector)
	return ok && i.Wanted(label, own)
}

// Close stops every instance, including those that cases still use, gives the units back, and
// returns when nothing is left. Acquire starts nothing afterwards.
func (l *Locker) Close() {
	var closing sync.WaitGroup
	for _, r := range l.resources {
		closing.Go(r.close)
	}
	closing.Wait()
}

// errClosed is for a case that asks too late.
var errClosed = errors.New("the run is over: nothing is set up any more")
