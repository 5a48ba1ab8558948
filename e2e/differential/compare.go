package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// difference is a test whose outcomes are not the same.
type difference struct {
	test string
	// kind is unstable, or for example "pass-fail" if go test reports pass and the runner fail; a
	// test that is there twice has "pass+pass".
	kind string
}

// unstable is the kind of a difference between two runs of go test, or between
// two of the runner.
const unstable = "unstable"

// selfDifferences returns what differs between two runs of go test.
func selfDifferences(first, second results) []difference {
	var found []difference
	for _, test := range names(first, second) {
		if first.of(test) != second.of(test) {
			found = append(found, difference{test, unstable})
		}
	}
	return found
}

// compare returns the differences between go test and the runner. If two runs of go test differ,
// the runner may agree with either. Subtests whose names differ between them are compared
// together, under the name otherNames.
func compare(first, second, ours results) []difference {
	volatile := volatileNames(first, second)
	a, b, c := first.renamed(volatile), second.renamed(volatile), ours.renamed(volatile)
	var found []difference
	for _, test := range names(a, b, c) {
		if got := c.of(test); got != a.of(test) && got != b.of(test) {
			found = append(found, difference{test, a.of(test) + "-" + got})
		}
	}
	return found
}

// otherNames stands for subtests whose names change from run to run.
const otherNames = "(other names)"

// volatileNames returns a function that replaces the name of a subtest that is not in both
// results, if its test has such subtests.
func volatileNames(first, second results) func(test string) string {
	loose := map[string]bool{}
	for _, d := range selfDifferences(first, second) {
		if first.of(d.test) == missing || second.of(d.test) == missing {
			loose[parentOf(d.test)] = true
		}
	}
	var rename func(test string) string
	rename = func(test string) string {
		parent := parentOf(test)
		if parent == "" {
			return test
		}
		if known := rename(parent); known != parent {
			return known
		}
		if loose[parent] && (first.of(test) == missing || second.of(test) == missing) {
			return parent + "/" + otherNames
		}
		return test
	}
	return rename
}

// renamed returns the same outcomes under other names.
func (r results) renamed(name func(string) string) results {
	renamed := results{}
	for test, outcomes := range r {
		for _, outcome := range outcomes {
			renamed.add(name(test), outcome)
		}
	}
	return renamed
}

// confirmed returns what two runs of the runner have found: a difference that only one of them
// has is unstable.
func confirmed(found, again []difference) []difference {
	var all []difference
	for _, d := range append(slices.Clone(found), again...) {
		if !slices.Contains(found, d) || !slices.Contains(again, d) {
			d.kind = unstable
		}
		if !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	return all
}

// parentOf returns the full name of the test that contains a subtest.
func parentOf(test string) string {
	if i := strings.LastIndexByte(test, '/'); i >= 0 {
		return test[:i]
	}
	return ""
}

// names returns the tests of all of rs, sorted.
func names(rs ...results) []string {
	all := map[string]bool{}
	for _, r := range rs {
		for test := range r {
			all[test] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), cmp.Compare[string])
}
