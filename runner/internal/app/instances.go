package app

import (
	"context"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/variables"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/provision"
)

// withInstances returns a locker around inner that starts what the units of a group stand for,
// and a function to call at the end of the run. When ctx ends, the instances are stopped in time.
func withInstances(ctx context.Context, t task, inner lock.Locker) (l lock.Locker, end func(), err error) {
	setups, err := t.setups()
	if err != nil || len(setups) == 0 {
		return inner, func() {}, err
	}
	patience, impatient := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(t.limits.teardown(), impatient) })
	p := provision.New(inner, setups, provision.Options{
		TmpDir: t.env.TmpDir, Patience: patience, Warn: func(text string) { say(t.p, "warning: "+text) },
	})
	return p, func() { p.Close(); impatient() }, nil
}

// teardown is how long instances may continue after the end of the run's time: the cases that use
// them have their grace first.
func (l limits) teardown() time.Duration { return l.grace + l.grace/2 }

// setups returns the groups whose units have to be started.
func (t task) setups() (setups []provision.Group, err error) {
	known := variables.ByLabel(withoutFields(t.manifest.Groups))
	for _, g := range t.manifest.Groups {
		if g.Setup == nil {
			continue
		}
		path, err := t.files.Rlocation(g.Setup.Program)
		if err != nil {
			return nil, fmt.Errorf("%s: setup %s: %w", g.Label, manifest.DisplayPath(g.Setup.Program), err)
		}
		ofGroup := known[g.Label]
		setups = append(setups, provision.Group{Group: g.Group(), Setup: provision.Setup{
			Name: manifest.DisplayPath(g.Setup.Program), Path: path, Timeout: time.Duration(g.Setup.TimeoutSeconds) * time.Second,
			Environ: func(slot int) ([]string, error) {
				set, err := ofGroup.Of(group.Grant{Slots: []int{slot}})
				return bazelenv.ForChild(t.p.environ, set), err
			},
		}})
	}
	return setups, nil
}

// withoutFields returns groups with only the variables that are known before their setups have
// run.
func withoutFields(groups []manifest.Group) []manifest.Group {
	known := make([]manifest.Group, len(groups))
	for i, g := range groups {
		env := map[string]string{}
		for name, text := range g.Env {
			if isKnown(text) {
				env[name] = text
			}
		}
		g.Env = env
		known[i] = g
	}
	return known
}

// isKnown reports whether a template needs nothing that a setup prints.
func isKnown(text string) bool {
	template, err := group.ParseTemplate(text)
	for _, field := range template.Fields() {
		if field != group.FieldIndex && field != group.FieldInstance {
			return false
		}
	}
	return err == nil
}
