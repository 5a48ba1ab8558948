package lock

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// widening is the order in which scopes are taken: narrow ones first, so
// that what others wait for is never held while waiting inside one process.
var widening = []group.Scope{group.Process, group.Build}

// byScope routes each need to the locker of its group's scope.
type byScope struct {
	scopes  map[string]group.Scope
	lockers map[group.Scope]Locker
}

// ByScope returns a locker for groups that asks, for each group, the locker
// of its scope, scopes in one fixed order.
func ByScope(groups []group.Group, lockers map[group.Scope]Locker) Locker {
	scopes := make(map[string]group.Scope, len(groups))
	for _, g := range groups {
		scopes[g.Label] = g.Scope
	}
	return &byScope{scopes: scopes, lockers: lockers}
}

func (b *byScope) Acquire(ctx context.Context, needs []group.Need) (Held, error) {
	parts := map[group.Scope][]group.Need{}
	for _, n := range needs {
		scope, ok := b.scopes[n.Group]
		if !ok {
			return nil, fmt.Errorf("%s: %w", n.Group, ErrUnknownGroup)
		}
		parts[scope] = append(parts[scope], n)
	}
	var held heldParts
	for _, scope := range widening {
		if len(parts[scope]) == 0 {
			continue
		}
		part, err := b.lockers[scope].Acquire(ctx, parts[scope])
		if err != nil {
			held.Release()
			return nil, err
		}
		held = append(held, part)
	}
	return held, nil
}

// heldParts is what the lockers of several scopes gave, narrowest first.
type heldParts []Held

func (h heldParts) Release() {
	for _, part := range slices.Backward(h) {
		part.Release()
	}
}

// Slots returns those of all parts.
func (h heldParts) Slots() map[string][]int {
	all := map[string][]int{}
	for _, part := range h {
		maps.Copy(all, part.Slots())
	}
	return all
}

// Lost returns the channel of the one part that can be lost, if there is one:
// what memory or the kernel keeps cannot.
func (h heldParts) Lost() <-chan struct{} {
	for _, part := range h {
		if lost := part.Lost(); lost != nil {
			return lost
		}
	}
	return nil
}
