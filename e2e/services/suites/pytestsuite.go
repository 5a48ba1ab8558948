package suites

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// pytestSuite is the tests in a source distribution of a Python project, in its folder tests. It
// is one part, and several targets.
type pytestSuite struct {
	name, project, version string
	// requirements are all packages that the tests import, pinned.
	requirements []string
	// env are variables that do not depend on a server.
	env    environment
	server Server
	// targets is among how many targets its files are divided.
	targets int
}

func (s pytestSuite) Name() string   { return s.name }
func (s pytestSuite) String() string { return s.project + "==" + s.version }
func (s pytestSuite) Server() Server { return s.server }

func (s pytestSuite) Needing(Place) (int, error) { return s.targets, nil }

func (s pytestSuite) partOf(string) string { return "." }

// site is the folder of what the tests import.
func (s pytestSuite) site(p Place) string { return filepath.Join(p.workspace(), "site", s.name) }

func (s pytestSuite) bring(ctx context.Context, p Place) error {
	folder := filepath.Join(p.workspace(), s.name)
	err := once(folder, s.String(), func() error { return s.unpack(ctx, folder) })
	if err != nil {
		return err
	}
	from := strings.Join(s.requirements, " ")
	err = once(s.site(p), from, func() error {
		return pip(ctx, append([]string{"install", "--no-compile", "--target=" + s.site(p)}, s.requirements...)...)
	})
	if err != nil {
		return err
	}
	files, err := s.files(p)
	if err != nil {
		return err
	}
	return p.write(map[string]string{
		s.name + "/BUILD.bazel":           s.buildFile(p, files),
		s.name + "/pytest.ini":            pytestIniText,
		"site/" + s.name + "/BUILD.bazel": siteBuildText,
	})
}

// unpack brings the tests of the source distribution.
func (s pytestSuite) unpack(ctx context.Context, folder string) (err error) {
	archives, err := os.MkdirTemp("", "sdist")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(archives)) }()
	if err := pip(ctx, "download", "--no-deps", "--no-binary="+s.project, "--dest="+archives, s.String()); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(archives, "*.tar.gz"))
	if err != nil || len(found) != 1 {
		return errors.Join(err, fmt.Errorf("%s: %d archives, not one", s, len(found)))
	}
	_, err = output(ctx, folder, nil, "tar", "--extract", "--file="+found[0], "--strip-components=1", "--wildcards", "*/tests/*")
	return err
}

// pip runs pip with the user's settings, such as the source of packages.
func pip(ctx context.Context, args ...string) error {
	args = append([]string{"-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"}, args...)
	_, err := output(ctx, "", nil, "python3", args...)
	return err
}

// files returns the files with tests, relative to the folder of the suite.
func (s pytestSuite) files(p Place) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(p.workspace(), s.name, "tests", "test_*.py"))
	if err != nil || len(found) == 0 {
		return nil, errors.Join(err, fmt.Errorf("%s has %d files with tests", s, len(found)))
	}
	for i, file := range found {
		found[i] = "tests/" + filepath.Base(file)
	}
	return slices.Sorted(slices.Values(found)), nil
}

// Functions of unittest that make suites have names like tests.
const pytestIniText = `[pytest]
addopts = -p no:cacheprovider
python_functions = no_function_is_a_test
`

const siteBuildText = `load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = "site",
    srcs = glob(["**/*.py"]),
    data = glob(
        ["**"],
        exclude = ["**/*.py", "BUILD.bazel"],
    ),
    imports = ["."],
    visibility = ["//visibility:public"],
)
`

// buildFile deals the files out to the targets.
func (s pytestSuite) buildFile(p Place, files []string) string {
	text := fmt.Sprintf(pytestHead, s.name)
	for i := range s.targets {
		var own []string
		for at := i; at < len(files); at += s.targets {
			own = append(own, fmt.Sprintf("        %q,\n", files[at]))
		}
		text += fmt.Sprintf(pytestText, i, strings.Join(own, ""), dictionary(s.env), s.server.Name, p.Workers)
	}
	return text
}

const pytestHead = `load("@rules_interlock//rules:python.bzl", "pytest_test")
load("@rules_python//python:defs.bzl", "py_library")

# Files of tests import each other.
py_library(
    name = "tests",
    srcs = glob(["tests/*.py"]),
    deps = [
        "//servers:witness",
        "//site/%s:site",
    ],
)
`

const pytestText = `
pytest_test(
    name = "test_%d",
    size = "large",
    srcs = [
%s    ],
    args = ["-p", "services_witness"],
    config = "pytest.ini",
    env = %s,
    resource_groups = {"//servers:%s": ["*"]},
    workers = %d,
    deps = [":tests"],
)
`

// plain runs all tests in one process.
func (s pytestSuite) plain(ctx context.Context, p Place, env environment, _ bool, _ func(string, time.Duration)) (map[string]outcomes.Results, error) {
	files, err := s.files(p)
	if err != nil {
		return nil, err
	}
	reports := filepath.Join(p.Folder, "reports")
	env = env.with(s.env).with(environment{
		"PYTHONDONTWRITEBYTECODE": "1",
		"PYTHONPATH":              s.site(p) + string(os.PathListSeparator) + filepath.Join(p.workspace(), "servers"),
	})
	args := append([]string{"-m", "pytest", "-p", outcomes.Plugin, "--outcomes-reports=" + reports}, files...)
	log, ok, err := plainly(ctx, filepath.Join(p.workspace(), s.name), env, "python3", args...)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(reports)
	if err != nil {
		return nil, fmt.Errorf("%w; pytest's log:\n%s", err, log)
	}
	results, err := outcomes.ParsePytest(text)
	if err != nil {
		return nil, err
	}
	results.SetPackage(ok)
	return map[string]outcomes.Results{".": results}, nil
}
