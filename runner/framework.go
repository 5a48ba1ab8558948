package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/engine"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/exec"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/gotest"
	"github.com/interlock-build/rules_interlock/runner/internal/manifest"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
	"github.com/interlock-build/rules_interlock/runner/internal/selection"
)

// framework lists, selects and runs the cases of a test.
type framework struct {
	engine.Framework
	// list returns all cases.
	list func(context.Context) ([]event.Case, error)
	// filter returns those that --test_filter and the arguments ask for.
	filter func([]event.Case) ([]event.Case, error)
	// batches is whether several cases may share a process.
	batches bool
	// whole is whether the arguments need one process for all cases.
	whole bool
	// failFast is whether the arguments want no case to start after a bad one.
	failFast bool
	// unlisted stands for all cases that are asked for, where that will do;
	// empty if the framework has to list them.
	unlisted event.Case
	// style is how the log looks.
	style report.Style
}

// newFramework returns the framework that m names.
func newFramework(p invocation, env bazelenv.Env, m *manifest.Manifest, l limits, files *runfiles.Runfiles) (framework, error) {
	program, err := files.Rlocation(m.Program)
	if err != nil {
		return framework{}, fmt.Errorf("program %s: %w", m.Program, err)
	}
	switch m.Framework {
	case "exec":
		return newExec(p, env, m, l, program)
	case "go":
		return newGo(p, env, m, l, program)
	}
	return framework{}, fmt.Errorf("framework %q: this runner has \"exec\" and \"go\"", m.Framework)
}

func newExec(p invocation, env bazelenv.Env, m *manifest.Manifest, l limits, path string) (framework, error) {
	set, err := coverageOf(env.Coverage, nameOf(m.Label))
	if err != nil {
		return framework{}, err
	}
	program := &exec.Program{
		Case: event.Case{Name: nameOf(m.Label), Class: m.Label},
		Path: path, Args: p.args[1:], Env: bazelenv.ForChild(p.environ, set),
		Stdin: p.stdin, Grace: l.grace,
	}
	return framework{
		Framework: program,
		list:      func(context.Context) ([]event.Case, error) { return program.Cases(), nil },
		filter:    func(cases []event.Case) ([]event.Case, error) { return selection.Filter(cases, env.Filter) },
	}, nil
}

func newGo(p invocation, env bazelenv.Env, m *manifest.Manifest, l limits, path string) (framework, error) {
	children := 0
	var mu sync.Mutex
	binary, err := gotest.New(gotest.Options{
		Class: m.Label, Path: path, Args: p.args[1:], Filter: env.Filter, FailFast: env.FailFast,
		Stdin: p.stdin, Grace: l.grace,
		Env: func() ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			children++
			set, err := coverageOf(env.Coverage, fmt.Sprintf("%s.%d", nameOf(m.Label), children))
			return bazelenv.ForChild(p.environ, set), err
		},
	})
	if err != nil {
		return framework{}, err
	}
	return framework{
		Framework: binary,
		list:      binary.List,
		filter: func(cases []event.Case) ([]event.Case, error) {
			return slices.DeleteFunc(slices.Clone(cases), func(c event.Case) bool { return !binary.AsksFor(c) }), nil
		},
		batches:  true,
		whole:    binary.Whole(),
		failFast: binary.FailFast(),
		unlisted: binary.Unlisted(),
		style:    report.Style{Grouped: workersOf(m) > 1 && !binary.Whole(), Brief: !binary.Verbose()},
	}, nil
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
