package manifest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
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
	err := m.KeepTogether.check()
	require(err == nil, "%v", err)
	require(m.RunningBudgetSeconds >= 0, "running_budget_seconds is %d: want 0 or more", m.RunningBudgetSeconds)
	for i, g := range m.Groups {
		require(g.Label != "" && g.Name != "", "group %d has no label or no name", i)
		require(i == 0 || m.Groups[i-1].Label < g.Label, "groups are not sorted by label, each once: %s", g.Label)
		for _, err := range g.check() {
			errs = append(errs, fmt.Errorf("group %s: %w", g.Label, err))
		}
	}
	return errors.Join(errs...)
}

// check reports what is wrong with the group itself.
func (g Group) check() (errs []error) {
	require := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	scope, err := group.ParseScope(g.Scope)
	require(err == nil, "%v", err)
	require(scope.Keyed() == (g.Key != ""), "a key goes with the scopes host and cluster, and only with them")
	require(g.Capacity >= 1, "capacity %d: want at least 1", g.Capacity)
	require(len(g.Instances) == 0 || len(g.Instances) == g.Capacity, "%d instances, but capacity %d", len(g.Instances), g.Capacity)
	for i, name := range g.Instances {
		require(name != "", "an instance without a name")
		require(!slices.Contains(g.Instances[:i], name), "the instance %q twice", name)
	}
	require(len(g.Cases)+len(g.Markers) > 0, "no cases")
	require(!slices.Contains(g.Markers, ""), "a marker without a name")
	for _, u := range g.Cases {
		require(u.Glob != "", "a use without a glob")
		err := u.Need(g.Label).Validate(g.Group())
		require(err == nil, "%v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(g.Env)) {
		require(name != "", "env: a variable without a name")
		_, err := group.ParseTemplate(g.Env[name])
		require(err == nil, "env[%q]: %v", name, err)
	}
	if g.Setup != nil {
		require(g.Setup.Program != "", "a setup without a program")
		require(g.Setup.TimeoutSeconds >= 1, "setup: timeout_seconds is %d: want at least 1", g.Setup.TimeoutSeconds)
		require(g.Setup.Files != "", "a setup without a list of its files")
		require(g.Setup.IdleTimeoutSeconds >= 0, "setup: idle_timeout_seconds is %d: want 0 or more", g.Setup.IdleTimeoutSeconds)
		// The case would wait for the setup after its start has been counted.
		require(!g.Rate.Limited(), "a setup and a rate do not go together: give the rate to a group of its own")
	}
	require((g.Lock != nil) == (scope == group.Build), "lock files go with scope build, and only with it")
	return errs
}
