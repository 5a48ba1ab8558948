package main

import (
	"maps"
	"os"
	"slices"
	"strings"
)

// environment is the environment of a process.
type environment map[string]string

// hostEnvironment returns this process's environment, without variables that would make a runner,
// a Go command or a pytest believe that they belong to another test.
func hostEnvironment() environment {
	env := environment{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if name != "GOFLAGS" && !ofTests(name) {
			env[name] = value
		}
	}
	return env
}

func ofTests(name string) bool {
	for _, prefix := range []string{
		"TEST_", "TESTBRIDGE_", "XML_OUTPUT", "RUNFILES_", "COVERAGE", "BUILD_", "GTEST_", "INTERLOCK_", "PYTEST_", "PYTHON",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// with returns env with the variables of more added or replaced.
func (env environment) with(more environment) environment {
	all := maps.Clone(env)
	maps.Copy(all, more)
	return all
}

// list returns env as NAME=value, sorted.
func (env environment) list() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
