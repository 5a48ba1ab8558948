// Package selection matches the names of cases with patterns: which groups a case holds, whether
// it runs alone, and which cases --test_filter selects.
package selection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gobwas/glob"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// allCases is the pattern that is valid even if there are no cases.
const allCases = "*"

// maxListed is how many case names an error lists.
const maxListed = 50

// AddNeeds returns cases, in the order in which they are listed, with what each has to hold: of
// several uses of the same group, by patterns and by marks, the strongest. A malformed pattern is
// an error. So is a pattern that matches no case, unless the cases are only a part of all: a
// typing mistake must not switch exclusion off.
func AddNeeds(cases []event.Listed, groups []manifest.Group, partial bool) ([]schedule.Case, error) {
	withNeeds := make([]schedule.Case, len(cases))
	for i, c := range cases {
		withNeeds[i] = schedule.Case{Case: c.Case, Setup: c.Setup, File: c.File, Everywhere: c.Everywhere}
	}
	for _, g := range groups {
		if err := addGroup(withNeeds, cases, g, partial); err != nil {
			return nil, err
		}
	}
	for i := range withNeeds {
		withNeeds[i].Needs = group.Canonical(withNeeds[i].Needs)
	}
	return withNeeds, nil
}

func addGroup(cases []schedule.Case, all []event.Listed, g manifest.Group, partial bool) error {
	for i, c := range all {
		if slices.ContainsFunc(c.Marks, func(name string) bool { return slices.Contains(g.Markers, name) }) {
			cases[i].Needs = append(cases[i].Needs, group.Need{Group: g.Label, Weight: 1})
		}
	}
	for _, use := range g.Cases {
		matched, err := matching(all, use.Glob)
		if err != nil {
			return fmt.Errorf("resource_groups: %s: %w", g.Label, err)
		}
		if len(matched) == 0 && use.Glob != allCases && !partial {
			return &UnmatchedError{"resource_groups: " + g.Label, use.Glob, "hold the group", all}
		}
		for _, i := range matched {
			cases[i].Needs = append(cases[i].Needs, use.Need(g.Label))
		}
	}
	return nil
}

// matching returns the indices of the cases that a pattern matches.
func matching(cases []event.Listed, pattern string) ([]int, error) {
	matches, err := compile(pattern)
	if err != nil {
		return nil, err
	}
	var matched []int
	for i, c := range cases {
		if matches(c.Name) {
			matched = append(matched, i)
		}
	}
	return matched, nil
}

// compile reads a glob in which * and ? match any character, including /, with [a-z], {this,that}
// and \ as in a shell.
func compile(pattern string) (matches func(string) bool, err error) {
	g, err := glob.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("the pattern %q is not a glob: %w", pattern, err)
	}
	return g.Match, nil
}

// ListOf is the end of a sentence that lists the names of cases.
func ListOf(cases []event.Listed) string {
	if len(cases) == 0 {
		return "it has no cases"
	}
	var names []string
	for i, c := range cases {
		if i == maxListed {
			names = append(names, fmt.Sprintf("… and %d more", len(cases)-maxListed))
			break
		}
		names = append(names, c.Name)
	}
	return fmt.Sprintf("the cases are: %s", strings.Join(names, ", "))
}
