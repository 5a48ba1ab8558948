// Package pythontest finds a Python with pytest, and our plugin for it, for
// tests.
package pythontest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

// Program is what the rule pytest_test writes: a program whose first argument is the names of its
// files, separated by commas.
const Program = "import sys, interlock_pytest; sys.exit(interlock_pytest.main(sys.argv[2:], files=sys.argv[1].split(',')))"

// Find returns the interpreter, and the value of PYTHONPATH by which it finds pytest and the
// plugin. Under Bazel they are data, named by the variables ADAPTER and PYTEST. Elsewhere pytest
// must be installed, and PYTHON may name the interpreter.
func Find(t *testing.T) (python, path string) {
	t.Helper()
	python = os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	python, err := exec.LookPath(python)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("ADAPTER") != "" {
		return python, packageOf(t, "ADAPTER") + ":" + packageOf(t, "PYTEST")
	}
	if output, err := exec.Command(python, "-c", "import pytest").CombinedOutput(); err != nil {
		t.Fatalf("%s has no pytest; install it, or name one that has it in PYTHON: %v %s", python, err, output)
	}
	return python, inSources(t, "adapters/pytest")
}

// packageOf returns the folder of the Python package whose __init__.py a variable names.
func packageOf(t *testing.T, variable string) string {
	t.Helper()
	path, err := runfiles.Rlocation(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(path))
}

// inSources returns a folder of this repository.
func inSources(t *testing.T, folder string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, folder)
		}
	}
	t.Fatal("the tests do not run in the repository")
	return ""
}
