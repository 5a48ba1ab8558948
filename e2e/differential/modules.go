package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// module is a line of modules.txt: what to test, and how.
type module struct {
	path, version string
	// packages are patterns of the packages to test.
	packages []string
	// args are for the test binaries, on both sides.
	args []string
}

func (m module) String() string { return m.path + "@" + m.version }

func readModules(list string) ([]module, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	modules, err := parseModules(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	return modules, nil
}

// parseModules reads lines like
//
//	MODULE@VERSION [PACKAGE...] [-FLAG...]
//
// where # begins a comment.
func parseModules(text string) ([]module, error) {
	var modules []module
	for line := range strings.Lines(text) {
		fields := outcomes.Fields(line)
		if len(fields) == 0 {
			continue
		}
		path, version, ok := strings.Cut(fields[0], "@")
		if !ok || version == "" {
			return nil, fmt.Errorf("%q: want MODULE@VERSION", fields[0])
		}
		m := module{path: path, version: version}
		for _, f := range fields[1:] {
			if strings.HasPrefix(f, "-") {
				m.args = append(m.args, f)
			} else {
				m.packages = append(m.packages, f)
			}
		}
		if len(m.packages) == 0 {
			m.packages = []string{"./..."}
		}
		modules = append(modules, m)
	}
	return modules, nil
}

// chooseModule returns the module that is asked for. A module without a version, or with the one
// in the list, is as the list says.
func chooseModule(modules []module, asked string) module {
	path, version, pinned := strings.Cut(asked, "@")
	i := slices.IndexFunc(modules, func(m module) bool {
		return m.path == path && (!pinned || m.version == version)
	})
	switch {
	case i >= 0:
		return modules[i]
	case !pinned:
		version = "latest"
	}
	return module{path: path, version: version, packages: []string{"./..."}}
}
