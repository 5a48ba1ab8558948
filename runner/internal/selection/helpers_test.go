package selection_test

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

func casesNamed(names ...string) []event.Case {
	var cases []event.Case
	for _, name := range names {
		cases = append(cases, event.Case{Name: name, Class: "//pkg:x_test"})
	}
	return cases
}

func numbered(n int) []event.Case {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("Case%d", i))
	}
	return casesNamed(names...)
}

func listed(cases []event.Case) []event.Listed {
	described := make([]event.Listed, len(cases))
	for i, c := range cases {
		described[i].Case = c
	}
	return described
}

func addNeeds(cases []event.Case, groups []manifest.Group) ([]schedule.Case, error) {
	return selection.AddNeeds(listed(cases), groups, false)
}

func serial(cases []event.Case, patterns []string) ([]bool, error) {
	return selection.Serial(listed(cases), patterns, false)
}

func groupFor(label string, patterns ...string) manifest.Group {
	g := manifest.Group{Label: label}
	for _, pattern := range patterns {
		g.Cases = append(g.Cases, manifest.Use{Glob: pattern, Weight: 1})
	}
	return g
}
