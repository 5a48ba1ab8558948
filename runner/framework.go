package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/engine"
	"github.com/interlock-build/rules_interlock/runner/internal/event"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/exec"
	"github.com/interlock-build/rules_interlock/runner/internal/manifest"
)

// framework lists and runs the cases of a test.
type framework interface {
	engine.Framework
	Cases() []event.Case
}

func newRunfiles() (*runfiles.Runfiles, error) {
	files, err := runfiles.New()
	if err != nil {
		return nil, fmt.Errorf("runfiles: %w", err)
	}
	return files, nil
}

// newFramework returns the framework that m names.
func newFramework(p invocation, env bazelenv.Env, m *manifest.Manifest, l limits, files *runfiles.Runfiles) (framework, error) {
	program, err := files.Rlocation(m.Program)
	if err != nil {
		return nil, fmt.Errorf("program %s: %w", m.Program, err)
	}
	if m.Framework != "exec" {
		return nil, fmt.Errorf("framework %q: this runner has only \"exec\"", m.Framework)
	}
	set, err := coverageOf(env.Coverage, nameOf(m.Label))
	if err != nil {
		return nil, err
	}
	return &exec.Program{
		Case: event.Case{Name: nameOf(m.Label), Class: m.Label},
		Path: program, Args: p.args[1:], Env: bazelenv.ForChild(p.environ, set),
		Stdin: p.stdin, Grace: l.grace,
	}, nil
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

// workersOf returns how many cases run at once: for "auto" the processors that
// the process may use, since Bazel does not say how many CPUs it granted.
func workersOf(m *manifest.Manifest) int {
	switch {
	case m.Serial && m.Workers != 0:
		return 1
	case m.Workers == manifest.Auto:
		return runtime.GOMAXPROCS(0)
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
