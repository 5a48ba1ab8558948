package gotest

import (
	"regexp"
	"strings"
)

// filter is the selection of a run: tests, and subtests of them.
type filter struct {
	run, skip pattern
	all       bool // there is no -test.run
}

func newFilter(run, skip string) (filter, error) {
	f := filter{all: run == ""}
	var err error
	if !f.all {
		if f.run, err = parsePattern("-test.run", run); err != nil {
			return f, err
		}
	}
	if skip != "" {
		f.skip, err = parsePattern("-test.skip", skip)
	}
	return f, err
}

// asksFor reports whether a test should run, at least in part.
func (f filter) asksFor(name string) bool {
	for _, a := range f.skip.matching(name) {
		if len(a.levels) == 1 {
			return false
		}
	}
	return f.all || len(f.run.matching(name)) > 0
}

// patternFor returns the value of -test.run for exactly the tests of names, and for the subtests
// of them that the filter selects.
func (f filter) patternFor(names []string) string {
	var whole, parts []string
	for _, name := range names {
		if part := f.partsOf(name); part != nil {
			parts = append(parts, part...)
		} else {
			whole = append(whole, regexp.QuoteMeta(name))
		}
	}
	if len(whole) > 0 {
		parts = append(parts, "^(?:"+strings.Join(whole, "|")+")$")
	}
	return strings.Join(parts, "|")
}

// partsOf returns the patterns of the selected subtests of name, or nil if all are selected.
func (f filter) partsOf(name string) []string {
	var parts []string
	for _, a := range f.run.matching(name) {
		if len(a.levels) == 1 {
			return nil
		}
		levels := append([]string{"^" + regexp.QuoteMeta(name) + "$"}, a.levels[1:]...)
		parts = append(parts, strings.Join(levels, "/"))
	}
	return parts
}
