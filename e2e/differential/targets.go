package main

import (
	"context"
	"path/filepath"
	"strings"
)

// target is a line of modules.txt or suites.txt.
type target interface {
	String() string
	// test compares everything there is to compare, in a folder of its own.
	test(ctx context.Context, b *bench, dir string) (*report, error)
}

// ofPyPI begins the name of a pytest suite in the arguments.
const ofPyPI = "pypi:"

// readTargets returns the targets that are asked for, with the settings from the lists in the
// folder data, if they are there. If nothing is asked for, it returns all of the lists.
func readTargets(data string, asked []string) ([]target, error) {
	modules, err := readModules(filepath.Join(data, "modules.txt"))
	if err != nil {
		return nil, err
	}
	suites, err := readSuites(filepath.Join(data, "suites.txt"))
	if err != nil {
		return nil, err
	}
	var targets []target
	for _, a := range asked {
		if name, ok := strings.CutPrefix(a, ofPyPI); ok {
			targets = append(targets, chooseSuite(suites, name))
		} else {
			targets = append(targets, chooseModule(modules, a))
		}
	}
	if len(asked) > 0 {
		return targets, nil
	}
	for _, m := range modules {
		targets = append(targets, m)
	}
	for _, s := range suites {
		targets = append(targets, s)
	}
	return targets, nil
}
