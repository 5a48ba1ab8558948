package group_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"pgregory.net/rapid"
)

func anyNeed() *rapid.Generator[group.Need] {
	return rapid.Custom(func(t *rapid.T) group.Need {
		n := group.Need{Group: rapid.SampledFrom([]string{"//:a", "//:b", "//:c", "//x:a"}).Draw(t, "group"), Weight: 1}
		if rapid.Bool().Draw(t, "shared") {
			n.Mode = group.Shared
		} else {
			n.Weight = rapid.IntRange(1, 4).Draw(t, "weight")
		}
		return n
	})
}

// Two processes with the same needs acquire them in the same order, whatever order they were
// written in.
func TestCanonicalIsOneOrderForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		needs := rapid.SliceOf(anyNeed()).Draw(t, "needs")
		got := group.Canonical(needs)
		again := group.Canonical(rapid.Permutation(needs).Draw(t, "permuted"))
		if len(got) != len(again) {
			t.Fatalf("%v and %v", got, again)
		}
		for i := range got {
			if got[i] != again[i] {
				t.Fatalf("%v and %v", got, again)
			}
			if i > 0 && got[i-1].Group >= got[i].Group {
				t.Fatalf("not in strict order: %v", got)
			}
		}
	})
}

// The need that remains of several needs of a group is at least as strong as each.
func TestCanonicalKeepsTheStrongest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		needs := rapid.SliceOf(anyNeed()).Draw(t, "needs")
		kept := map[string]group.Need{}
		for _, n := range group.Canonical(needs) {
			kept[n.Group] = n
		}
		for _, n := range needs {
			k, ok := kept[n.Group]
			if !ok || k.Mode > n.Mode || (k.Mode == n.Mode && k.Weight < n.Weight) {
				t.Fatalf("%v kept for %v", k, n)
			}
		}
	})
}

func TestModesAreWords(t *testing.T) {
	for _, mode := range []group.Mode{group.Exclusive, group.Shared} {
		text, err := mode.MarshalText()
		var got group.Mode
		if err := errors.Join(err, got.UnmarshalText(text)); err != nil || got != mode || string(text) != mode.String() {
			t.Errorf("%v is written %q and read %v, %v", mode, text, got, err)
		}
	}
	var got group.Mode
	if err := got.UnmarshalText([]byte("common")); err == nil || !strings.Contains(err.Error(), `"exclusive" and "shared"`) {
		t.Errorf("error %v", err)
	}
}

func TestValidateNamesWhatCanNeverBeHeld(t *testing.T) {
	g := group.Group{Label: "//:db", Name: "db", Scope: group.Build, Definition: group.Definition{Capacity: 2}}
	for _, c := range []struct {
		need group.Need
		ok   bool
	}{
		{group.Need{Group: g.Label, Weight: 2}, true},
		{group.Need{Group: g.Label, Weight: 1, Mode: group.Shared}, true},
		{group.Need{Group: g.Label, Weight: 0}, false},
		{group.Need{Group: g.Label, Weight: 3}, false},
		{group.Need{Group: g.Label, Weight: 2, Mode: group.Shared}, false},
	} {
		if err := c.need.Validate(g); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.need, err)
		}
	}
}
