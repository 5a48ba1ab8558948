package app

import (
	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// task is what this process has to do.
type task struct {
	p        invocation
	env      bazelenv.Env
	manifest *manifest.Manifest
	options  options.Options
	args     []string // the program's
	limits   limits
	files    *runfiles.Runfiles
	record   *report.Record
}

// newTask combines what the rule, the environment and the arguments ask for.
func newTask(p invocation, env bazelenv.Env, m *manifest.Manifest) (task, error) {
	t := task{p: p, env: env, manifest: m, options: options.Default()}
	for name, value := range m.Options {
		if err := t.options.Set(name, value, "manifest: options"); err != nil {
			return t, err
		}
	}
	if err := t.options.Lookup(p.lookup); err != nil {
		return t, err
	}
	var err error
	if t.args, err = t.options.Args(p.args[1:]); err != nil {
		return t, err
	}
	if t.options.Workers != "" {
		m.Workers, err = manifest.ParseWorkers(t.options.Workers)
	}
	t.limits = limitsOf(env, p.started, t.options.Grace)
	return t, err
}
