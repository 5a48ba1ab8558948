package app

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/runner/internal/environ"
	"github.com/interlock-build/rules_interlock/runner/internal/framework"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/exec"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/gotest"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

// frameworks are all frameworks, by the value of the attribute framework.
var frameworks = map[string]func(framework.Test) (framework.Framework, error){
	"exec":     exec.Of,
	"go":       gotest.Of,
	"protocol": protocol.Of,
}

// newFramework returns the framework that the manifest names.
func newFramework(t task) (framework.Framework, error) {
	of, known := frameworks[t.manifest.Framework]
	if !known {
		return nil, fmt.Errorf("framework %q: this runner has %s", t.manifest.Framework,
			strings.Join(slices.Sorted(maps.Keys(frameworks)), ", "))
	}
	test, err := t.forFramework()
	if err != nil {
		return nil, err
	}
	return of(test)
}

// forFramework returns what a framework has to know of the test.
func (t task) forFramework() (framework.Test, error) {
	m, name, workers := t.manifest, manifest.TargetName(t.manifest.Label), t.manifest.WorkerCount()
	program, err := t.files.Rlocation(m.Program)
	if err != nil {
		return framework.Test{}, fmt.Errorf("program %s: %w", manifest.DisplayPath(m.Program), err)
	}
	names, err := t.caseNames()
	if err != nil {
		return framework.Test{}, err
	}
	environments := environ.New(environ.Options{
		Environ: t.p.environ, Env: t.env, Name: name, Workers: workers,
		Groups: func() []manifest.Group { return m.Groups },
	})
	return framework.Test{
		Label: m.Label, Name: name, Program: program, Args: t.args, Names: names,
		Filter: t.env.Filter, FailFast: t.env.FailFast, StopAtBad: t.env.FailFast || t.options.MaxFail > 0,
		Workers: workers, Shards: t.env.Shard.Total, Shuffle: t.options.Shuffle.On, Seed: t.options.Shuffle.Seed,
		AllowEmpty: t.options.AllowEmpty, Env: environments.Of, CaseEnv: environments.OfCases, TmpDir: t.env.TmpDir,
		Stdin: t.p.stdin, Log: t.p.stdout, Grace: t.limits.grace, LeakTimeout: leakTimeout(t.options),
	}, nil
}

// caseNames returns the names of the cases, in the order in which the program runs them, if the
// build knows them; nil if only the program does.
func (t task) caseNames() ([]string, error) {
	if t.manifest.Cases == "" {
		return nil, nil
	}
	path, err := t.files.Rlocation(t.manifest.Cases)
	if err != nil {
		return nil, fmt.Errorf("cases %s: %w", manifest.DisplayPath(t.manifest.Cases), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return append([]string{}, strings.Fields(string(text))...), nil
}

// leakTimeout returns how long an output may stay open; 0 if nothing should check that.
func leakTimeout(o options.Options) time.Duration {
	if o.Leaks == options.IgnoreLeaks {
		return 0
	}
	return max(o.LeakTimeout, time.Nanosecond)
}

// errWhole is for a run that must be one process, and cannot be repeated.
var errWhole = errors.New("args: a benchmark, a profile and the like belong to one process for all cases, and " +
	options.ArgPrefix + "repeat starts many: leave one of them out")

// isPartial reports whether the framework has left out cases that nothing selects.
func isPartial(f framework.Framework) bool {
	partial, ok := f.(framework.Partial)
	return ok && partial.Partial()
}

// noteOf says why there is no case; empty if that is unknown.
func noteOf(f framework.Framework) string {
	if noter, ok := f.(framework.Noter); ok {
		return noter.Note()
	}
	return ""
}

// suiteOf returns the name of all cases together in test.xml.
func suiteOf(f framework.Framework, label string) string {
	if suite, ok := f.(framework.Suite); ok && suite.Suite() != "" {
		return suite.Suite()
	}
	return label
}

// stop ends what the framework has started, if nothing is to run.
func stop(f framework.Framework) {
	if stopper, ok := f.(framework.Stopper); ok {
		stopper.Stop()
	}
}
