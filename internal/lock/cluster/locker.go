package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// locker acquires the groups without a rate one after the other, in the order of their keys, and
// then all groups with a rate together.
type locker struct {
	groups   map[string]group.Group
	sessions *sessions
}

func newLocker(groups []group.Group, find func() (coordinator.Config, error)) *locker {
	return lockerIn(&sessions{find: find}, groups)
}

// lockerIn returns a locker whose sessions others use too.
func lockerIn(m *sessions, groups []group.Group) *locker {
	l := &locker{groups: make(map[string]group.Group, len(groups)), sessions: m}
	for _, g := range groups {
		l.groups[g.Label] = g
	}
	return l
}

// want is what is needed of the group with one key.
type want struct {
	group group.Group
	// labels are the labels under which it is needed, at least one.
	labels []string
	need   group.Need
}

// Acquire implements lock.Locker. It also returns the errors of coordinator.Find, and reports
// what is wrong with the coordinator.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	wants, err := l.wants(needs)
	if err != nil {
		return nil, err
	}
	return l.acquireWants(ctx, wants, Place{})
}

// acquireWants tries again and again until it has everything, or there is no hope.
func (l *locker) acquireWants(ctx context.Context, wants []want, place Place) (lock.Held, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(wants) == 0 {
		return lock.All{}, nil
	}
	for connected, since := false, now(); ; {
		s, err := l.sessions.use(ctx)
		if err == nil {
			connected = true
			var held lock.Held
			if held, err = l.acquire(ctx, s, wants, place); err == nil {
				return held, nil
			}
			place.Resume = place.ID != ""
			since = now()
		}
		// A session that ended is replaced by another one, and a coordinator that was there
		// before gets time to come back.
		isRetried := errors.Is(err, errInterrupted) || s == nil && !errors.Is(err, ErrLeft) && connected && since.elapsed() < patience
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !isRetried:
			return nil, err
		}
		pause(ctx, retryPause)
	}
}

// wants validates needs and merges those that mean the same group. It sorts them by key, because
// keys, unlike labels, are the same in every workspace.
func (l *locker) wants(needs []group.Need) ([]want, error) {
	byKey := map[string]*want{}
	for _, n := range group.Canonical(needs) {
		g, ok := l.groups[n.Group]
		if !ok {
			return nil, fmt.Errorf("%s: %w", n.Group, lock.ErrUnknownGroup)
		}
		if err := validate(n, g); err != nil {
			return nil, err
		}
		w := byKey[g.Key]
		switch {
		case w == nil:
			byKey[g.Key] = &want{group: g, labels: []string{n.Group}, need: n}
			continue
		case !w.group.Equal(g.Definition):
			return nil, &lock.DisagreementError{Group: g, Theirs: fmt.Sprintf("%s (%s)", w.group.Definition, w.group.Label)}
		}
		w.labels = append(w.labels, n.Group)
		w.need.Mode, w.need.Weight = min(w.need.Mode, n.Mode), max(w.need.Weight, n.Weight)
	}
	var wants []want
	for _, w := range byKey {
		wants = append(wants, *w)
	}
	slices.SortFunc(wants, func(a, b want) int { return cmp.Compare(a.group.Key, b.group.Key) })
	return wants, checkRated(wants)
}

// checkRated refuses needs that do not fit into the one transaction that takes all groups with a
// rate: at most MaxRated groups, or fewer with more units.
func checkRated(wants []want) error {
	var labels []string
	units := 0
	for _, w := range wants {
		if w.group.Rate.Limited() {
			labels = append(labels, w.labels...)
			units += w.need.Weight
		}
	}
	groups := len(labels)
	switch {
	case units > MaxWeight:
		return fmt.Errorf("%s: a case takes all its groups with a rate at once, and in scope cluster at most "+
			"%d units of all of these; lower its weights", labels[0], MaxWeight)
	case ratedSize(groups, units) > maxOperations:
		return fmt.Errorf("%s: these are %d groups with a rate and %d units of them, and in scope cluster a case holds at most "+
			"%d such groups, or %d with so many units each; give it fewer, or one group for those that it always holds together",
			strings.Join(labels, ", "), groups, units, MaxRated, maxOperations/(conditionsOfRated+ceil(units, groups)))
	}
	return nil
}

// ratedSize is the number of conditions in the transaction that takes groups with a rate.
func ratedSize(groups, units int) int { return conditionsOfRated*groups + units }

// ceil is how many units each of some groups has, at least one of them.
func ceil(units, groups int) int { return (units + groups - 1) / groups }

func validate(n group.Need, g group.Group) error {
	if err := n.Validate(g); err != nil {
		return err
	}
	if n.Weight > MaxWeight {
		return fmt.Errorf("%s: weight %d: in scope cluster a case takes at most %d units of a group; make the units larger",
			n.Group, n.Weight, MaxWeight)
	}
	return nil
}

// acquire acquires everything in one session, or nothing.
func (l *locker) acquire(ctx context.Context, s *session, wants []want, place Place) (lock.Held, error) {
	a := &acquisition{session: s, done: func() { l.sessions.done(s) }}
	during, cancel := s.during(ctx)
	defer cancel()
	for _, c := range claims(s, wants, lock.UserOf(ctx), place) {
		a.claims = append(a.claims, c)
		if err := c.grant(during); err != nil {
			a.end((*claim).withdraw)
			return nil, err
		}
		c.tellAcquired(ctx)
	}
	if err := a.Confirm(); err != nil {
		a.end((*claim).withdraw)
		return nil, errInterrupted
	}
	return a, nil
}

// claims divides wants into what is acquired at once.
func claims(s *session, wants []want, user lock.User, place Place) []*claim {
	var all []*claim
	rated := &claim{session: s}
	for i, w := range wants {
		r := newRequest(s, w, user)
		if place.ID != "" {
			r.use, r.resumes, r.isNamed = place.use(i), place.Resume, true
		}
		if r.starts != nil {
			rated.requests = append(rated.requests, r)
		} else {
			all = append(all, &claim{session: s, requests: []*request{r}})
		}
	}
	if len(rated.requests) > 0 {
		all = append(all, rated)
	}
	return all
}
