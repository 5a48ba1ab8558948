package app

import (
	"context"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// holdToList holds what every case of the test holds, while a process lists the cases: listing
// runs user code too, such as init and TestMain.
func (t task) holdToList(ctx context.Context) (b event.Batch, release func(), err error) {
	needs := t.needsOfAll()
	if len(needs) == 0 {
		return event.Batch{}, func() {}, nil
	}
	trace := lock.Trace{User: lock.User{Target: t.manifest.Label, Case: "listing"}, Waiting: func(group string) {
		say(t.p, "listing the cases waits for "+group)
	}}
	locker, end, err := withInstances(ctx, t, newLocker(t))
	if err != nil {
		return event.Batch{}, nil, err
	}
	held, err := locker.Acquire(lock.WithTrace(ctx, trace), needs)
	if err != nil {
		end()
		return event.Batch{}, nil, fmt.Errorf("listing the cases: %w", err)
	}
	held.Begun()
	return event.Batch{Holds: true, Grants: held.Grants(), Lost: held.Lost()}, func() { held.Release(); end() }, nil
}

// needsOfAll returns the needs that every case has, whatever its name.
func (t task) needsOfAll() (needs []group.Need) {
	for _, g := range t.manifest.Groups {
		for _, u := range g.Cases {
			if u.Glob == "*" {
				needs = append(needs, u.Need(g.Label))
			}
		}
	}
	return group.Canonical(needs)
}
