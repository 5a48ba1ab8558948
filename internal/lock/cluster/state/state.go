package state

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// Entry is a key of etcd with its value.
type Entry struct {
	Key, Value string
	// Written is the revision in which the key was written.
	Written int64
	// Unleased says that it hangs on no lease, so that it is not ours.
	Unleased bool
}

// Group is what is known of one group at one moment.
type Group struct {
	// Key is the group's key.
	Key string
	// Definition is the definition that its holders and waiters have; nil if there are none.
	Definition *group.Definition
	// Holders are its holders: first those with units, by their first unit, then those that share
	// it.
	Holders []Holder
	// Queue is its waiters, in the order in which they are served.
	Queue []Use
	// Starts is the number of starts that count against the rate.
	Starts int
}

// Holder is a use that holds.
type Holder struct {
	Use
	// Grant is what it holds.
	Grant group.Grant
}

// Parse returns the groups that entries describe, sorted by key. Entries are the keys below a
// namespace, in order.
//
// Others may have written to etcd: Parse leaves out what this package would not have written, and
// returns an error that names it. The texts of users are as they were found, with any characters.
func Parse(namespace string, entries []Entry) ([]Group, error) {
	p := parser{namespace: namespace, groups: map[string]*Group{}, holders: map[holder]int{}}
	var errs []error
	for _, e := range entries {
		if IsSession(namespace, e.Key) || IsOfGate(namespace, e.Key) {
			continue
		}
		if err := p.add(e); err != nil {
			errs = append(errs, fmt.Errorf("%q is no part of a group: %w", e.Key, err))
		}
	}
	var sorted []Group
	for _, key := range slices.Sorted(maps.Keys(p.groups)) {
		g := p.groups[key]
		slices.SortStableFunc(g.Holders, func(a, b Holder) int { return cmp.Compare(a.Mode, b.Mode) })
		sorted = append(sorted, *g)
	}
	return sorted, errors.Join(errs...)
}

type parser struct {
	namespace string
	groups    map[string]*Group // by key
	// holders are the indexes of the holders with units in their group's Holders.
	holders map[holder]int
}

type holder struct{ group, use string }

func (p *parser) add(e Entry) error {
	if e.Unleased {
		return errors.New("it has no lease")
	}
	escaped, name, ok := cutGroup(p.namespace, e.Key)
	key, err := url.PathUnescape(escaped)
	if !ok || err != nil || url.PathEscape(key) != escaped {
		return errors.New("its name is not NAMESPACE/GROUP/PART")
	}
	g := p.groups[key]
	if g == nil {
		g = &Group{Key: key}
	}
	if err := p.addPart(g, name, e); err != nil {
		return err
	}
	p.groups[key] = g
	return nil
}

func cutGroup(namespace, key string) (escaped, name string, ok bool) {
	rest, ok := strings.CutPrefix(key, namespace)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/")
}

func (p *parser) addPart(g *Group, name string, e Entry) error {
	switch {
	case strings.HasPrefix(name, definitions):
		return g.addDefinition(KeysOf(p.namespace, g.Key), e)
	case strings.HasPrefix(name, queue):
		use, err := ParseUse(e.Value)
		if err == nil {
			g.Queue = append(g.Queue, use)
		}
		return err
	case strings.HasPrefix(name, shared):
		use, err := ParseUse(e.Value)
		if err == nil {
			g.Holders = append(g.Holders, Holder{use, group.Grant{Fence: e.Written}})
		}
		return err
	case strings.HasPrefix(name, units):
		return p.addUnit(g, e)
	case strings.HasPrefix(name, slots):
		g.Starts++
		return nil
	case name == lastStart:
		return nil
	}
	return errors.New("no such part is known")
}

func (g *Group) addDefinition(keys Keys, e Entry) error {
	d, err := ParseDefinition(e.Value)
	switch {
	case err != nil:
		return err
	case !strings.HasPrefix(e.Key, keys.Definition(d.Definition, "")):
		return errors.New("the definition is not the one that its name says")
	case g.Definition != nil && !g.Definition.Equal(d.Definition):
		return errors.New("the definition is another one than before")
	}
	g.Definition = &d.Definition
	return nil
}

// addUnit adds a unit to the units that its use already has.
func (p *parser) addUnit(g *Group, e Entry) error {
	number, ok := KeysOf(p.namespace, g.Key).UnitOf(e.Key)
	if !ok {
		return errors.New("it has no number")
	}
	use, err := ParseUse(e.Value)
	if err != nil {
		return err
	}
	id := holder{g.Key, use.ID}
	if i, ok := p.holders[id]; ok {
		g.Holders[i].Grant.Slots = append(g.Holders[i].Grant.Slots, number)
		return nil
	}
	p.holders[id] = len(g.Holders)
	g.Holders = append(g.Holders, Holder{use, group.Grant{Slots: []int{number}, Fence: e.Written}})
	return nil
}
