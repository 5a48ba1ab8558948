package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// pytestSuite is a suite with one pytest.
type pytestSuite struct {
	site
	suite   suite
	archive string
}

func (b *bench) newSuite(s suite, pytest, archive, dir string) *pytestSuite {
	p := &pytestSuite{suite: s, archive: archive, site: site{
		bench: b, whole: "pypi/" + s.project, part: "pytest==" + pytest, source: filepath.Join(dir, "source"), dir: dir,
	}}
	p.own = environment{
		// As in runs without a user: hypothesis tries the same examples each time.
		"CI":         "true",
		"PATH":       filepath.Dir(p.python()) + string(os.PathListSeparator) + b.env["PATH"],
		"PYTHONPATH": p.plugins(),
	}
	return p
}

func (p *pytestSuite) place() *site { return &p.site }

func (p *pytestSuite) python() string { return filepath.Join(p.dir, "python", "bin", "python") }

// plugins is the folder of the additional plugins of pytest on either side: copies, because
// Python keeps compiled code beside what it imports.
func (p *pytestSuite) plugins() string { return filepath.Join(p.dir, "plugins") }

// prepare unpacks the suite, and makes a Python that has what it needs and
// nothing else.
func (p *pytestSuite) prepare(ctx context.Context) (skipped string, err error) {
	if err := unpack(ctx, p.archive, p.source); err != nil {
		return "", err
	}
	if err := command(ctx, "python3", "-m", "venv", "--without-pip", filepath.Join(p.dir, "python")); err != nil {
		return "", err
	}
	packages := append([]string{p.part, p.suite.requirement()}, p.suite.requirements...)
	if err := pip(ctx, append([]string{"--python", p.python(), "install", "--no-compile"}, packages...)...); err != nil {
		return "", err
	}
	return "", errors.Join(p.copyPlugins(), p.writeProgram())
}

func (p *pytestSuite) copyPlugins() error {
	if err := os.CopyFS(p.plugins(), os.DirFS(p.adapter)); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.plugins(), outcomes.Plugin+".py"), []byte(outcomes.PluginText), 0o644)
}

// writeProgram writes what the rule pytest_test would, except the files: the suite decides which
// there are. It sees the folder of the tests, like `python -m pytest`.
func (p *pytestSuite) writeProgram() error {
	text := fmt.Sprintf(`#!%s
import os
import sys

import interlock_pytest

if __name__ == "__main__":
    sys.path[0] = os.getcwd()
    sys.exit(interlock_pytest.main(sys.argv[1:]))
`, p.python())
	err := os.MkdirAll(filepath.Dir(p.program()), 0o755)
	return errors.Join(err, os.WriteFile(p.program(), []byte(text), 0o755))
}

// plain runs all tests with pytest alone.
func (p *pytestSuite) plain(ctx context.Context) (outcomes.Results, error) {
	file := filepath.Join(p.dir, "reports")
	args := append([]string{p.python(), "-m", "pytest", "-p", outcomes.Plugin, "--outcomes-reports=" + file}, p.suite.args...)
	output, exitCode, err := p.start(ctx, p.python(), args, nil)
	if err != nil {
		return nil, err
	}
	if err := p.keepLog("pytest", output); err != nil {
		return nil, err
	}
	if exitCode > pytestFailed {
		return nil, fmt.Errorf("pytest ended with exit code %d:\n%s", exitCode, output)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := outcomes.ParsePytest(text)
	if err != nil {
		return nil, err
	}
	r.SetPackage(exitCode == 0)
	return r, nil
}

// pytestFailed is pytest's exit code if all tests ran, and some failed. Higher codes mean that
// something kept it from running them.
const pytestFailed = 1

func (p *pytestSuite) withRunner(ctx context.Context, s setting) (outcomes.Results, error) {
	return p.runShards(ctx, "protocol", p.suite.args, s)
}
