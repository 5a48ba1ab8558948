package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// mutation is a bug, and the tests that have to find it.
type mutation struct {
	name string
	// file is the file with the bug, from the root of the module.
	file string
	// code is the text without the bug, which occurs exactly once, and bug the text with it.
	code, bug string
	// tests are the packages whose tests are run.
	tests []string
}

// testAll runs the tests of mutations without a bug: a failure with a bug proves something only
// if there is none without it.
func testAll(root string, mutations []mutation) ([]byte, error) {
	var packages []string
	for _, m := range mutations {
		packages = append(packages, m.tests...)
	}
	slices.Sort(packages)
	return goCommand(root, append([]string{"test", "-timeout", "5m"}, slices.Compact(packages)...)...)
}

// try returns the tests that fail with the bug.
func (m mutation) try(root string) (found string, err error) {
	dir, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	overlay, err := m.write(root, dir)
	if err != nil {
		return "", err
	}
	if output, err := goCommand(root, append([]string{"vet", "-overlay", overlay}, m.tests...)...); err != nil {
		return "", fmt.Errorf("it does not compile: %w\n%s", err, output)
	}
	output, err := goCommand(root, append([]string{"test", "-json", "-failfast", "-timeout", "5m", "-overlay", overlay}, m.tests...)...)
	if failed := failures(output); err != nil && len(failed) > 0 {
		return strings.Join(failed, ", "), nil
	} else if err != nil {
		return "", fmt.Errorf("no test says what is wrong: %w\n%s", err, output)
	}
	return "", fmt.Errorf("all tests of %s pass with it: write one that does not", strings.Join(m.tests, " "))
}

// write writes the file with the bug, and the file that tells the compiler to read it.
func (m mutation) write(root, dir string) (overlay string, err error) {
	path, err := filepath.Abs(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	mutated, err := m.mutated(root)
	if err != nil {
		return "", err
	}
	// Messages should not name a file that does not exist.
	bug := filepath.Join(dir, filepath.Base(m.file))
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: bug}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, errors.Join(os.WriteFile(bug, []byte(mutated), 0o600), os.WriteFile(overlay, replace, 0o600))
}

// mutated returns the file's text with the bug.
func (m mutation) mutated(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return "", err
	}
	return m.apply(string(text))
}

// apply puts the bug into the text of the file.
func (m mutation) apply(text string) (string, error) {
	if n := strings.Count(text, m.code); n != 1 {
		return "", fmt.Errorf("%s has this %d times and not once, so the bug cannot be put in; adapt it in mutations.go:\n%s",
			m.file, n, m.code)
	}
	return strings.Replace(text, m.code, m.bug, 1), nil
}

func goCommand(root string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	return cmd.CombinedOutput()
}

// failures returns the tests that failed in the output of go test -json. If a subtest failed, it
// returns the subtest and not its parent.
func failures(output []byte) []string {
	var failed []string
	for line := range bytes.Lines(output) {
		var event struct{ Action, Package, Test string }
		if json.Unmarshal(line, &event) != nil || event.Action != "fail" || event.Test == "" {
			continue
		}
		failed = append(failed, filepath.Base(event.Package)+"."+event.Test)
	}
	slices.Sort(failed)
	return slices.DeleteFunc(failed, func(name string) bool {
		return slices.ContainsFunc(failed, func(other string) bool { return strings.HasPrefix(other, name+"/") })
	})
}
