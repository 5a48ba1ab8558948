package selection

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/nearest"
)

// markPrefix begins the labels of groups that only marks know. No label of a target begins like
// that.
const markPrefix = "mark:"

// BindMarks returns groups, with one more, of scope process and capacity 1, for each name in the
// marks of cases that none of them has. If strict, such a name is an error.
func BindMarks(cases []event.Listed, groups []manifest.Group, strict bool) ([]manifest.Group, error) {
	known := map[string]bool{}
	for _, g := range groups {
		for _, name := range g.Markers {
			known[name] = true
		}
	}
	bound := slices.Clone(groups)
	for _, c := range cases {
		for _, name := range c.Marks {
			if known[name] {
				continue
			}
			if strict {
				return nil, unknownMark(c.Name, name, slices.Sorted(maps.Keys(known)))
			}
			known[name] = true
			bound = append(bound, manifest.Group{
				Label: markPrefix + name, Name: name, Scope: string(group.Process), Definition: group.Definition{Capacity: 1}, Markers: []string{name},
			})
		}
	}
	slices.SortFunc(bound, func(a, b manifest.Group) int { return cmp.Compare(a.Label, b.Label) })
	return bound, nil
}

// unknownMark is the error for a mark that names none of the groups that are known.
func unknownMark(of, name string, known []string) error {
	names := "no names"
	if len(known) > 0 {
		names = "only " + strings.Join(known, ", ")
	}
	hint := fmt.Sprintf("add group_markers = {%q: \":LABEL_OF_A_GROUP\"}", name)
	if meant := nearest.Of(name, known); meant != "" {
		hint = fmt.Sprintf("did you mean %q?", meant)
	}
	return fmt.Errorf("strict_groups: %s asks for the group %q by a mark, and group_markers has %s\nhint: %s", of, name, names, hint)
}
