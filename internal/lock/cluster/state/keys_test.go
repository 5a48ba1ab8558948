package state_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/state"
)

// No key of a group is among the keys of another one, whatever their names are.
func TestGroupsAreApart(t *testing.T) {
	names := []string{"a", "a/queue", "a/units/00000", "a%2Fqueue", "a0", "/", "", "ä b"}
	for _, one := range names {
		for _, other := range names {
			keys := state.KeysOf("/ns/", other)
			for _, r := range []state.Range{keys.Queue(), keys.Shares(), keys.Units(), keys.Holders(), keys.SlotsFrom(0)} {
				for _, key := range keysOf(state.KeysOf("/ns/", one)) {
					if one != other && r.From <= key && key < r.To {
						t.Errorf("%q of the group %q is in a range of %q", key, one, other)
					}
				}
			}
		}
	}
}

// id is the ID of a use.
const id = "00c0ffee00c0ffee.00000001"

func keysOf(k state.Keys) []string {
	return []string{
		k.Definition(group.Definition{Capacity: 1}, id), k.Ticket(1, id), k.Unit(0), k.Share(id), k.Slot(0), k.LastStart(),
	}
}

// Ranges have the keys that they are named after, and no others.
func TestRanges(t *testing.T) {
	k := state.KeysOf("/ns/", "acme/llm")
	all := keysOf(k)
	ticket := k.Ticket(0x10, id)
	for name, c := range map[string]struct {
		r    state.Range
		want []string
	}{
		"queue":   {k.Queue(), []string{all[1]}},
		"before":  {k.Before(ticket), []string{all[1]}},
		"units":   {k.Units(), []string{all[2]}},
		"shares":  {k.Shares(), []string{all[3]}},
		"holders": {k.Holders(), []string{all[2], all[3]}},
		"slots":   {k.SlotsFrom(0), []string{all[4]}},
		"one":     {state.Only(all[4]), []string{all[4]}},
		"beyond":  {k.SlotsFrom(1), nil},
		"all":     {state.Prefixed("/ns/"), all},
	} {
		got := slices.DeleteFunc(slices.Clone(all), func(key string) bool { return key < c.r.From || key >= c.r.To })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s has %q, want %q", name, got, c.want)
		}
	}
	if !strings.HasPrefix(all[2], "/ns/acme%2Fllm/") {
		t.Errorf("the key is %q, want the group in it, escaped", all[2])
	}
}

// The tickets shortly before one are those before it that are not much older.
func TestShortly(t *testing.T) {
	k := state.KeysOf("/ns/", "acme/llm")
	ticket := k.Ticket(0x1000, id)
	for revision, want := range map[int64]bool{0xfff: true, 0xff0: true, 0xfef: false, 1: false, 0x1001: false} {
		if got := k.Shortly(ticket, 0x10).Has(k.Ticket(revision, id)); got != want {
			t.Errorf("%x is shortly before: %v, want %v", revision, got, want)
		}
	}
	if got := k.Shortly(ticket, 0x2000); got != k.Before(ticket) {
		t.Errorf("%v, want %v", got, k.Before(ticket))
	}
}

// All definitions except equal ones are other ones.
func TestOtherDefinitions(t *testing.T) {
	k := state.KeysOf("/ns/", "g")
	one := group.Definition{Capacity: 2, Instances: []string{"a, b", "c"}}
	for _, c := range []struct {
		other   group.Definition
		isOther bool
	}{
		{group.Definition{Capacity: 2, Instances: []string{"a, b", "c"}}, false},
		{group.Definition{Capacity: 2, Instances: []string{"a", "b, c"}}, true},
		{group.Definition{Capacity: 3}, true},
	} {
		key, found := k.Definition(c.other, "u"), false
		for _, r := range k.OtherDefinitions(one) {
			found = found || r.From <= key && key < r.To
		}
		if found != c.isOther {
			t.Errorf("%v is among those that differ from %v: %v, want %v", c.other, one, found, c.isOther)
		}
	}
}

// A name that this package does not give is not accepted.
func TestNames(t *testing.T) {
	k := state.KeysOf("/ns/", "g")
	isSlot := func(key string) bool { _, ok := k.SlotOf(key); return ok }
	isUnit := func(key string) bool { _, ok := k.UnitOf(key); return ok }
	for name, c := range map[string]struct {
		is   func(string) bool
		ours string
		all  state.Range
	}{
		"ticket": {k.IsTicket, k.Ticket(7, id), k.Queue()},
		"share":  {k.IsShare, k.Share(id), k.Shares()},
		"unit":   {isUnit, k.Unit(7), k.Units()},
		"slot":   {isSlot, k.Slot(7), k.SlotsFrom(0)},
	} {
		if !c.is(c.ours) || !c.all.Has(c.ours) {
			t.Errorf("%s: %q is not one", name, c.ours)
		}
		folder := c.ours[:strings.LastIndex(c.ours, "/")+1]
		for _, other := range []string{folder, c.ours + "x", c.ours + "/x", c.ours[:len(c.ours)-1] + "G", folder + "0", folder + "x/" + c.ours, "x" + c.ours} {
			if c.is(other) {
				t.Errorf("%s: %q is taken for one", name, other)
			}
		}
		for _, outside := range []string{folder, folder + "!", folder + "zzz"} {
			if c.all.Has(outside) {
				t.Errorf("%s: %q is in the range", name, outside)
			}
		}
	}
}
