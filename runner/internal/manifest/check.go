package manifest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// check reports everything that is missing or out of range.
func (m *Manifest) check() error {
	var errs []error
	require := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	require(m.Label != "", "no label")
	require(m.Framework != "", "no framework")
	require(m.Program != "", "no program")
	require(m.CPUs >= 1, "cpus is %d: want at least 1", m.CPUs)
	require(m.Serial != nil, "no serial")
	require(!slices.Contains(m.Serial, ""), "serial: an empty glob")
	require(m.Shards >= 1, "shards is %d: want at least 1", m.Shards)
	err := m.Unit.check()
	require(err == nil, "%v", err)
	require(m.RunningBudgetSeconds >= 0, "running_budget_seconds is %d: want 0 or more", m.RunningBudgetSeconds)
	for i, g := range m.Groups {
		_, err := group.ParseScope(g.Scope)
		require(err == nil, "group %s: %v", g.Label, err)
		require(g.Label != "" && g.Name != "", "group %d has no label or no name", i)
		require(g.Capacity >= 1, "group %s: capacity %d: want at least 1", g.Label, g.Capacity)
		require(len(g.Cases)+len(g.Markers) > 0, "group %s: no cases", g.Label)
		require(!slices.Contains(g.Markers, ""), "group %s: a marker without a name", g.Label)
		for _, u := range g.Cases {
			require(u.Glob != "", "group %s: a use without a glob", g.Label)
			err := u.Need(g.Label).Validate(group.Group{Label: g.Label, Capacity: g.Capacity})
			require(err == nil, "group %v", err)
		}
		require((g.Lock != nil) == (g.Scope == string(group.Build)), "group %s: lock files go with scope build, and only with it", g.Label)
		require(i == 0 || m.Groups[i-1].Label < g.Label, "groups are not sorted by label, each once: %s", g.Label)
	}
	return errors.Join(errs...)
}
