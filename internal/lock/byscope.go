package lock

import (
	"context"
	"fmt"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// byScope routes each need to the locker of its group's scope.
type byScope struct {
	groups  map[string]group.Group
	lockers map[group.Scope]Locker
}

// stage is what is acquired in one step: the needs of one scope that have a rate, or those that
// have none.
type stage struct {
	rated bool
	scope group.Scope
}

// stages is the order in which groups are acquired, the same in every process. Narrow scopes go
// first (group.Scopes). Groups with a rate go last of all: the rate counts when the case starts,
// so nothing should have to be waited for between the count and the start.
var stages = func() (all []stage) {
	for _, rated := range []bool{false, true} {
		for _, scope := range group.Scopes {
			all = append(all, stage{rated, scope})
		}
	}
	return all
}()

// ByScope returns a locker for groups that routes each group to the locker of its scope.
func ByScope(groups []group.Group, lockers map[group.Scope]Locker) Locker {
	known := make(map[string]group.Group, len(groups))
	for _, g := range groups {
		known[g.Label] = g
	}
	return &byScope{groups: known, lockers: lockers}
}

func (b *byScope) Acquire(ctx context.Context, needs []group.Need) (Held, error) {
	parts := map[stage][]group.Need{}
	for _, n := range needs {
		g, ok := b.groups[n.Group]
		if !ok {
			return nil, fmt.Errorf("%s: %w", n.Group, ErrUnknownGroup)
		}
		s := stage{g.Rate.Limited(), g.Scope}
		parts[s] = append(parts[s], n)
	}
	if err := checkRates(parts); err != nil {
		return nil, err
	}
	return Confirmed(func() (Held, error) { return b.inStages(ctx, parts) })
}

func (b *byScope) inStages(ctx context.Context, parts map[stage][]group.Need) (Held, error) {
	var held All
	for _, s := range stages {
		if len(parts[s]) == 0 {
			continue
		}
		part, err := b.lockers[s.scope].Acquire(ctx, parts[s])
		if err != nil {
			held.Release()
			return nil, err
		}
		held = append(held, part)
	}
	return held.Together(), nil
}

// Identity implements Identifier. In scope cluster the key says it all.
func (b *byScope) Identity(label string) (string, error) {
	g, ok := b.groups[label]
	if !ok {
		return "", fmt.Errorf("%s: %w", label, ErrUnknownGroup)
	}
	identity := g.Key
	if i, ok := b.lockers[g.Scope].(Identifier); ok {
		var err error
		if identity, err = i.Identity(label); err != nil {
			return "", err
		}
	}
	if identity == "" {
		return "", fmt.Errorf("%s: scope %q is that of one process", label, g.Scope)
	}
	return string(g.Scope) + ":" + identity, nil
}

// checkRates refuses needs that no order of stages can satisfy: a start that lockers of several
// scopes would have to count in the same instant.
func checkRates(parts map[stage][]group.Need) error {
	var rated []string
	for _, s := range stages {
		if s.rated && len(parts[s]) > 0 {
			rated = append(rated, parts[s][0].Group)
		}
	}
	if len(rated) > 1 {
		return fmt.Errorf("%s: a case cannot hold groups with a rate in several scopes, since it is to start "+
			"when all of them count it; give those groups one scope", strings.Join(rated, " and "))
	}
	return nil
}

// Holders implements Inspector.
func (b *byScope) Holders(label string) []User {
	if i, ok := b.lockers[b.groups[label].Scope].(Inspector); ok {
		return i.Holders(label)
	}
	return nil
}

// Why implements Narrator.
func (b *byScope) Why(label string, user User) []string {
	return WhyOf(b.lockers[b.groups[label].Scope], label, user)
}

// Wanted implements Inspector.
func (b *byScope) Wanted(label string, own int) bool {
	i, ok := b.lockers[b.groups[label].Scope].(Inspector)
	return ok && i.Wanted(label, own)
}
