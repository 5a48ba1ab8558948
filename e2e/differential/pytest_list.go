package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// suite is a line of suites.txt: the tests of a project on PyPI, and how to run
// them.
type suite struct {
	project, version string
	// pytests are the versions of pytest to run them with.
	pytests []string
	// requirements are what the tests also need, for pip.
	requirements []string
	// args are for pytest, on both sides.
	args []string
}

func (s suite) String() string { return ofPyPI + s.requirement() }

// requirement returns the project for pip: the latest version, if none is given.
func (s suite) requirement() string {
	if s.version == "" {
		return s.project
	}
	return s.project + "==" + s.version
}

// usualPytests are for suites that are not in the list.
var usualPytests = []string{"7.4.4", "9.2.0"}

func readSuites(list string) ([]suite, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	suites, err := parseSuites(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	return suites, nil
}

// parseSuites reads lines like
//
//	PROJECT==VERSION pytest==VERSION... [REQUIREMENT...] [-FLAG...]
//
// where # begins a comment.
func parseSuites(text string) ([]suite, error) {
	var suites []suite
	for line := range strings.Lines(text) {
		fields := outcomes.Fields(line)
		if len(fields) == 0 {
			continue
		}
		project, version, ok := strings.Cut(fields[0], "==")
		if !ok || version == "" {
			return nil, fmt.Errorf("%q: want PROJECT==VERSION", fields[0])
		}
		s := suite{project: project, version: version}
		for _, f := range fields[1:] {
			if pytest, ok := strings.CutPrefix(f, "pytest=="); ok {
				s.pytests = append(s.pytests, pytest)
			} else if strings.HasPrefix(f, "-") {
				s.args = append(s.args, f)
			} else {
				s.requirements = append(s.requirements, f)
			}
		}
		if len(s.pytests) == 0 {
			return nil, fmt.Errorf("%s: want a pytest==VERSION", fields[0])
		}
		suites = append(suites, s)
	}
	return suites, nil
}

// chooseSuite returns the suite that is asked for. A suite without a version, or with the one in
// the list, is as the list says.
func chooseSuite(suites []suite, asked string) suite {
	project, version, pinned := strings.Cut(asked, "==")
	i := slices.IndexFunc(suites, func(s suite) bool {
		return s.project == project && (!pinned || s.version == version)
	})
	if i >= 0 {
		return suites[i]
	}
	return suite{project: project, version: version, pytests: usualPytests}
}
