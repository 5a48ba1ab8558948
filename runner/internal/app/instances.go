package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/internal/variables"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/provision"
)

// withInstances returns a locker around inner that starts what the units of a group stand for,
// and a function to call at the end of the run. When ctx ends, the instances are stopped in time.
func withInstances(ctx context.Context, t task, inner lock.Locker) (l lock.Locker, end func(), err error) {
	setups, err := t.setups(inner)
	if err != nil || len(setups) == 0 {
		return inner, func() {}, err
	}
	patience, impatient := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(t.limits.teardown(), impatient) })
	p := provision.New(inner, setups, provision.Options{
		TmpDir: t.env.TmpDir, Patience: patience,
		Note: t.record.Handle,
		Say:  func(text string) { say(t.p, text) },
		Warn: func(text string) { say(t.p, "warning: "+text) },
	})
	return p, func() { p.Close(); impatient() }, nil
}

// teardown is how long instances may continue after the end of the run's time: the cases that use
// them have their grace first.
func (l limits) teardown() time.Duration { return l.grace + l.grace/2 }

// setups returns the groups whose units have to be started.
func (t task) setups(inner lock.Locker) (setups []provision.Group, err error) {
	known := variables.ByLabel(t.manifest.Groups)
	for _, g := range t.manifest.Groups {
		if g.Setup == nil {
			continue
		}
		s := setup{task: t, group: g, variables: known[g.Label]}
		s.files = sync.OnceValues(s.findFiles)
		if err := s.find(); err != nil {
			return nil, fmt.Errorf("%s: %w", g.Label, err)
		}
		one := provision.Group{Group: g.Group(), Setup: manifest.DisplayPath(g.Setup.Program), Spec: s.spec}
		if i, ok := inner.(lock.Identifier); ok && g.Setup.IdleTimeoutSeconds > 0 && one.Scope.IsShared() {
			one.Keep = func(slot int) (keeper.Use, func() []keeper.File, error) { return s.keep(i, slot) }
		}
		setups = append(setups, one)
	}
	return setups, nil
}

// setup is how the units of one group are started.
type setup struct {
	task      task
	group     manifest.Group
	variables variables.Group
	// program, health and reset are as this runner finds them.
	program       service.Program
	health, reset *service.Program
	// files are what a keeper makes an instance of: of some languages thousands.
	files func() ([]keeper.File, error)
}

// find finds the programs.
func (s *setup) find() error {
	for _, p := range []struct {
		what, runfile string
		found         func(service.Program)
	}{
		{"setup", s.group.Setup.Program, func(p service.Program) { s.program = p }},
		{"health", s.group.Setup.Health, func(p service.Program) { s.health = &p }},
		{"reset", s.group.Setup.Reset, func(p service.Program) { s.reset = &p }},
	} {
		if p.runfile == "" {
			continue
		}
		path, err := s.task.files.Rlocation(p.runfile)
		if err != nil {
			return fmt.Errorf("%s %s: %w", p.what, manifest.DisplayPath(p.runfile), err)
		}
		p.found(service.Program{Name: manifest.DisplayPath(p.runfile), Path: path})
	}
	return nil
}

// spec says how this runner starts a unit.
func (s *setup) spec(slot int) (service.Spec, error) {
	return service.Spec{
		Name:  s.group.Group().UnitName(slot),
		Setup: s.program, Health: s.health, Reset: s.reset,
		Timeout:   time.Duration(s.group.Setup.TimeoutSeconds) * time.Second,
		Environ:   bazelenv.ForChild(s.task.p.environ, nil),
		Variables: s.variables.Templates(),
		Fields:    s.variables.Fields(slot),
	}, nil
}

// keep says how a keeper does, for whichever test: without what is this test's own, and with the
// programs by their runfiles paths.
func (s *setup) keep(places lock.Identifier, slot int) (use keeper.Use, files func() []keeper.File, err error) {
	place, err := places.Identity(s.group.Label)
	if err != nil {
		return use, nil, err
	}
	spec, err := s.spec(slot)
	if err != nil {
		return use, nil, err
	}
	spec.Environ = bazelenv.Lasting(s.task.p.environ, s.task.manifest.TargetVariables)
	spec.Setup.Path = s.group.Setup.Program
	spec.Health, spec.Reset = withPath(s.health, s.group.Setup.Health), withPath(s.reset, s.group.Setup.Reset)
	use = keeper.Use{
		Place: place, Slot: slot, Borrower: s.task.manifest.Label, Spec: spec,
		IdleTimeout: time.Duration(s.group.Setup.IdleTimeoutSeconds) * time.Second,
		Network:     keeper.Network(), Workspace: os.Getenv("TEST_WORKSPACE"),
	}
	all, err := s.files()
	if err != nil {
		return use, nil, err
	}
	return use, func() []keeper.File { return slices.Concat(all, s.repoMapping()) }, use.Seal(all)
}

func (s *setup) findFiles() ([]keeper.File, error) {
	list, err := s.task.files.Rlocation(s.group.Setup.Files)
	if err != nil {
		return nil, err
	}
	return keeper.Files(list, s.task.files.Rlocation)
}

// repoMapping is the file by which programs find runfiles of other repositories. Each test has one of
// its own, with all that a setup can ask for, so it does not belong to what a setup is made of.
func (s *setup) repoMapping() []keeper.File {
	const name = "_repo_mapping"
	path, err := s.task.files.Rlocation(name)
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return nil // without Bzlmod there is none
	}
	return []keeper.File{{Runfile: name, Path: path}}
}

func withPath(p *service.Program, path string) *service.Program {
	if p == nil {
		return nil
	}
	return &service.Program{Name: p.Name, Path: path}
}
