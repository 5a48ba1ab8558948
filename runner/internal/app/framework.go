package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/terminal"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/exec"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/gotest"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

// framework lists, selects and runs the cases of a test.
type framework struct {
	engine.Framework
	// list returns all cases, and which of them --test_filter and the arguments
	// ask for.
	list func(context.Context, event.Batch) ([]event.Listed, error)
	// runsToList is whether a process has to run user code to list.
	runsToList bool
	// partial reports whether list has left out cases that nobody asks for. Nil
	// is never.
	partial func() bool
	// note says why there is no case, if it is known. Nil is that it is not.
	note func() string
	// suite returns what test.xml calls all cases together, once they are listed;
	// empty is the target's label. Nil is that, too.
	suite func() string
	// maxFail returns after how many bad cases the arguments want no further one
	// to start, once the cases are listed; 0 is never. Nil is never, too.
	maxFail func() int
	// stop ends what list has started, if nothing is to run. Nil is nothing.
	stop func()
	// batches is whether several cases may share a process.
	batches bool
	// asks is whether a process asks before it starts a further case.
	asks bool
	// whole is whether the arguments need one process for all cases.
	whole bool
	// unlisted stands for all cases that are asked for, where that will do;
	// empty if the framework has to list them.
	unlisted event.Case
	// style is how the log looks.
	style report.Style
}

// end stops what the framework has started.
func (f framework) end() {
	if f.stop != nil {
		f.stop()
	}
}

// isPartial reports whether list has left out cases.
func (f framework) isPartial() bool { return f.partial != nil && f.partial() }

// newFramework returns the framework that m names.
func newFramework(t task) (framework, error) {
	program, err := t.files.Rlocation(t.manifest.Program)
	if err != nil {
		return framework{}, fmt.Errorf("program %s: %w", t.manifest.Program, err)
	}
	switch t.manifest.Framework {
	case "exec":
		return newExec(t, program), nil
	case "go":
		return newGo(t, program)
	case "protocol":
		return newAdapter(t, program), nil
	}
	return framework{}, fmt.Errorf("framework %q: this runner has \"exec\", \"go\" and \"protocol\"", t.manifest.Framework)
}

func newExec(t task, path string) framework {
	program := &exec.Program{
		Case: event.Case{Name: nameOf(t.manifest.Label), Class: t.manifest.Label},
		Path: path, Args: t.args, Env: newEnvironments(t, workersOf(t.manifest)).of,
		Stdin: t.p.stdin, Grace: t.limits.grace, LeakTimeout: leakTimeout(t.options),
	}
	return framework{
		Framework: program,
		list: func(context.Context, event.Batch) ([]event.Listed, error) {
			asked, err := selection.Filter(program.Cases(), t.env.Filter)
			return asListed(program.Cases(), func(c event.Case) bool { return slices.Contains(asked, c) }), err
		},
	}
}

// asListed describes cases of which nothing is known but whether they are asked
// for.
func asListed(cases []event.Case, asked func(event.Case) bool) []event.Listed {
	described := make([]event.Listed, len(cases))
	for i, c := range cases {
		described[i] = event.Listed{Case: c, Asked: asked(c)}
	}
	return described
}

func newGo(t task, path string) (framework, error) {
	workers := workersOf(t.manifest)
	names, err := t.caseNames()
	if err != nil {
		return framework{}, err
	}
	binary, err := gotest.New(gotest.Options{
		Class: t.manifest.Label, Path: path, Args: t.args, Filter: t.env.Filter, FailFast: t.env.FailFast,
		Names: names, Hooked: names != nil, Parallel: min(workers, 1), Dir: t.env.TmpDir,
		Env: newEnvironments(t, workers).of, Shuffle: t.options.Shuffle.Seed,
		Stdin: t.p.stdin, Grace: t.limits.grace, LeakTimeout: leakTimeout(t.options),
	})
	if err != nil {
		return framework{}, err
	}
	return framework{
		Framework:  binary,
		runsToList: names == nil,
		list: func(ctx context.Context, batch event.Batch) ([]event.Listed, error) {
			cases, err := binary.List(ctx, batch)
			return asListed(cases, binary.AsksFor), err
		},
		maxFail: func() int {
			if binary.FailFast() {
				return 1
			}
			return 0
		},
		batches:  true,
		asks:     binary.Asks(),
		whole:    binary.Whole(),
		unlisted: binary.Unlisted(),
		style:    report.Style{Grouped: workers > 1 && !binary.Whole(), Brief: !binary.Verbose()},
	}, nil
}

// caseNames returns the names of cases that the build knows, in the order in which
// the program runs them; nil if only the program knows them.
func (t task) caseNames() ([]string, error) {
	if t.manifest.Cases == "" {
		return nil, nil
	}
	path, err := t.files.Rlocation(t.manifest.Cases)
	if err != nil {
		return nil, fmt.Errorf("cases %s: %w", t.manifest.Cases, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	return append([]string{}, strings.Fields(string(text))...), nil
}

func newAdapter(t task, path string) framework {
	workers := workersOf(t.manifest)
	environments := newEnvironments(t, workers)
	program := protocol.New(protocol.Options{
		Class: t.manifest.Label, Path: path, Args: t.args, Filter: t.env.Filter,
		Env: environments.of, CaseEnv: environments.ofCases,
		Ahead:     func(cases int) int { return worthStarting(cases/t.env.Shard.Total, workers) },
		StopAtBad: t.env.FailFast || t.options.MaxFail > 0,
		Sharded:   t.env.Shard.Total > 1, Single: workers <= 1,
		Ordered: t.options.Shuffle.On, InOrder: workers == 0, RunID: rand.Text(),
		Stdin: t.p.stdin, Log: t.p.stdout, Grace: t.limits.grace, LeakTimeout: leakTimeout(t.options), Dir: t.env.TmpDir,
		Shared: shorter(os.TempDir(), t.env.TmpDir), AllowEmpty: t.options.AllowEmpty, Terminal: t.terminal(workers),
	})
	return framework{
		Framework: program,
		list:      func(ctx context.Context, _ event.Batch) ([]event.Listed, error) { return program.List(ctx) },
		partial:   program.Partial,
		note:      program.Note,
		suite:     program.Suite,
		maxFail:   program.MaxFail,
		stop:      program.Stop,
		batches:   true,
		style:     report.Style{Grouped: workers > 1, Brief: true},
	}
}

// shorter returns the shorter one of two paths that are not empty: that of a Unix
// socket has room for 107 bytes (unix(7)), and in a sandbox TEST_TMPDIR is longer.
func shorter(a, b string) string {
	if b != "" && len(b) < len(a) {
		return b
	}
	return a
}

// terminal is the one at which somebody waits for a test that runs in order in
// one process; nil if there is none.
func (t task) terminal(workers int) *os.File {
	if workers == 0 && terminal.Is(t.p.stdin) {
		return t.p.stdin
	}
	return nil
}

// worthStarting is how many workers there will be work for, where a shard has at
// least so many cases. More than CPUs would only slow down the first, which is
// to tell what there is to do.
func worthStarting(cases, workers int) int {
	return min(cases/2, workers, runtime.NumCPU())
}

// leakTimeout is how long an output may stay open; 0 if nobody is to look.
func leakTimeout(o options.Options) time.Duration {
	if o.Leaks == options.IgnoreLeaks {
		return 0
	}
	return max(o.LeakTimeout, time.Nanosecond)
}

func newRunfiles() (*runfiles.Runfiles, error) {
	files, err := runfiles.New()
	if err != nil {
		return nil, fmt.Errorf("runfiles: %w", err)
	}
	return files, nil
}

// coverageOf gives a child coverage files of its own: several children that
// wrote one would destroy it. Bazel merges every *.dat below COVERAGE_DIR.
func coverageOf(c bazelenv.Coverage, child string) (map[string]string, error) {
	if !c.Enabled() {
		return nil, nil
	}
	dir := filepath.Join(c.Dir, "interlock", child)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return map[string]string{
		"COVERAGE_DIR":         dir,
		"COVERAGE_OUTPUT_FILE": filepath.Join(dir, "coverage.dat"),
		"JAVA_COVERAGE_FILE":   filepath.Join(dir, "jvcov.dat"),
	}, nil
}

// workersOf returns how many cases run at once: for "auto" as many as Bazel
// granted CPUs.
func workersOf(m *manifest.Manifest) int {
	switch {
	case m.AllSerial() && m.Workers != 0:
		return 1
	case m.Workers == manifest.Auto:
		return m.CPUs
	}
	return int(m.Workers)
}

// readManifest reads the manifest beside the executable. Labels in it become
// those that people know.
func readManifest(p invocation) (*manifest.Manifest, error) {
	m, err := manifest.Read(p.args[0] + manifest.Suffix)
	if err != nil {
		return nil, err
	}
	m.Label = displayLabel(m.Label)
	for i := range m.Groups {
		m.Groups[i].Label = displayLabel(m.Groups[i].Label)
	}
	return m, nil
}

// displayLabel is the label as Bazel prints it: one of the main repository
// without the marks of a canonical name. Different labels stay different.
func displayLabel(canonical string) string {
	if strings.HasPrefix(canonical, "@@//") {
		return strings.TrimPrefix(canonical, "@@")
	}
	return canonical
}

// nameOf returns the target name in a label.
func nameOf(label string) string { return label[strings.LastIndexByte(label, ':')+1:] }
