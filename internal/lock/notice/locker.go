package notice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// identifier is a locker whose groups can be published.
type identifier interface {
	lock.Locker
	lock.Identifier
}

// locker publishes what another locker does.
type locker struct {
	inner     identifier
	publisher *Publisher
	groups    map[string]group.Group
}

// New returns a locker that does what inner does with groups of one scope, and publishes that. It
// is also a lock.Inspector, which learns the holders of a group from all publishers of the
// machine. New returns inner itself if groups of the scope cannot be held, because then there is
// nothing to publish.
func New(inner lock.Locker, groups []group.Group, publisher *Publisher) lock.Locker {
	identified, ok := inner.(identifier)
	if !ok {
		return inner
	}
	l := &locker{inner: identified, publisher: publisher, groups: map[string]group.Group{}}
	for _, g := range groups {
		l.groups[g.Label] = g
	}
	return l
}

// Acquire implements lock.Locker.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	a := &acquisition{locker: l, needs: l.inOrder(needs), user: lock.UserOf(ctx)}
	inner, err := l.inner.Acquire(lock.WithTrace(ctx, lock.Trace{
		User: a.user,
		Waiting: func(label string) {
			a.waitFor(label)
			lock.Waiting(ctx, label)
		},
		Acquired: func(label string) { lock.Acquired(ctx, label) },
	}), needs)
	if err != nil {
		a.end()
		l.explain(err)
		return nil, err
	}
	h := &held{Held: inner, grants: inner.Grants(), acquisition: a}
	a.hold(h.grants)
	return h, nil
}

// Identity implements lock.Identifier.
func (l *locker) Identity(label string) (string, error) { return l.inner.Identity(label) }

// inOrder returns needs in the order in which inner acquires them.
func (l *locker) inOrder(needs []group.Need) []group.Need {
	needs = group.Canonical(needs)
	slices.SortStableFunc(needs, func(a, b group.Need) int {
		return cmp.Compare(l.groups[a.Group].Identity(), l.groups[b.Group].Identity())
	})
	return needs
}

// explain adds to a disagreement which users have which definition of the group, if they publish
// that: inner may not know it.
func (l *locker) explain(err error) {
	var disagreement *lock.DisagreementError
	if !errors.As(err, &disagreement) {
		return
	}
	for _, u := range l.uses(disagreement.Group.Label) {
		if !u.Definition.Equal(disagreement.Group.Definition) {
			disagreement.Theirs = lock.Described(u.Definition, u.User)
			return
		}
	}
}

// Holders implements lock.Inspector.
func (l *locker) Holders(label string) (users []lock.User) {
	for _, u := range l.uses(label) {
		if u.State == Holding {
			users = append(users, u.User)
		}
	}
	return users
}

// uses returns what is published of a group, in order of time.
func (l *locker) uses(label string) []Use {
	identity, err := l.inner.Identity(label)
	if err != nil {
		return nil
	}
	others, _ := readBut(l.publisher.name)
	uses := slices.DeleteFunc(append(l.publisher.uses(), others...), func(u Use) bool { return u.Identity != lock.Clean(identity) })
	sortByTime(uses)
	return uses
}

// Why implements lock.Narrator: it knows the place in the queue.
func (l *locker) Why(label string, user lock.User) []string {
	why := lock.WhyOf(l.inner, label, user)
	switch n := l.before(label, user); {
	case n == 1:
		why = append(why, "1 other waits before it")
	case n > 1:
		why = append(why, fmt.Sprintf("%d others wait before it", n))
	}
	return why
}

// before returns how many wait for a group for longer than a user of this process.
func (l *locker) before(label string, user lock.User) int {
	uses := slices.DeleteFunc(l.uses(label), func(u Use) bool { return u.State != Waiting })
	published := l.publisher.uses()
	own := slices.IndexFunc(published, func(u Use) bool {
		return u.State == Waiting && u.Label == label && u.User.Target == user.Target && u.User.Case == user.Case
	})
	if own < 0 {
		return 0
	}
	since := published[own].User.Since
	return max(0, slices.IndexFunc(uses, func(u Use) bool { return !u.User.Since.Before(since) }))
}

// Wanted implements lock.Inspector.
func (l *locker) Wanted(label string, own int) bool {
	i, ok := l.inner.(lock.Inspector)
	return ok && i.Wanted(label, own)
}

// acquisition is a call of Acquire and what it got. One goroutine uses it at a time.
type acquisition struct {
	locker *locker
	needs  []group.Need
	user   lock.User
	// told is what is published of each group, without its identity, which takes some time to
	// find.
	told []Use
}

// waitFor notes that the acquisition waits for label. Groups are acquired in order, so it holds
// the groups before label.
func (a *acquisition) waitFor(label string) {
	var all []Use
	for _, n := range a.needs {
		state := Holding
		if n.Group == label {
			state = Waiting
		}
		all = append(all, a.tell(n, state, nil))
		if state == Waiting {
			break
		}
	}
	a.publish(all)
}

// hold notes that everything is held.
func (a *acquisition) hold(grants map[string]group.Grant) {
	all := make([]Use, len(a.needs))
	for i, n := range a.needs {
		all[i] = a.tell(n, Holding, grants[n.Group].Slots)
	}
	a.publish(all)
}

// end notes that nothing is held or waited for any more.
func (a *acquisition) end() { a.locker.publisher.drop(a) }

func (a *acquisition) publish(all []Use) {
	now := time.Now()
	for i := range all {
		all[i].User.Since = now
		for _, before := range a.told {
			if before.Label == all[i].Label && before.State == all[i].State {
				all[i].User.Since = before.User.Since
			}
		}
	}
	a.told = all
	a.locker.publisher.put(a, all)
}

func (a *acquisition) tell(n group.Need, state State, slots []int) Use {
	g := a.locker.groups[n.Group]
	return Use{
		Scope: g.Scope, Label: g.Label, Key: g.Key, Definition: g.Definition, User: a.user,
		Mode: n.Mode, Weight: n.Weight, Slots: slots, State: state,
	}
}

// identified returns what is published, with the identities of groups.
func (a *acquisition) identified(told []Use) ([]Use, error) {
	var uses []Use
	for _, u := range told {
		identity, err := a.locker.inner.Identity(u.Label)
		if err != nil {
			return nil, err
		}
		u.Identity = identity
		uses = append(uses, u.cleaned())
	}
	return uses, nil
}

// held is what was acquired, and is published.
type held struct {
	lock.Held
	grants      map[string]group.Grant
	acquisition *acquisition
}

// Grants implements lock.Held.
func (h *held) Grants() map[string]group.Grant { return h.grants }

// Release implements lock.Held. It releases the groups first, because others wait for them.
func (h *held) Release() {
	h.Held.Release()
	h.acquisition.end()
}

// Undo implements lock.Held.
func (h *held) Undo() {
	h.Held.Undo()
	h.acquisition.end()
}
