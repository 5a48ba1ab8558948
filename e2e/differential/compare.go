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
	// kind is unstable, or "pass-fail" where go test says pass and the runner
	// fail; a test that is there twice has "pass+pass".
	kind string
}

// unstable is the kind of a difference between two runs of go test.
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

// compare returns what differs between go test and the runner. Where two runs
// of go test differ, the runner may say what either does; and where their
// subtests have different names, it may have others.
func compare(first, second, ours results) []difference {
	loose := map[string]bool{}
	for _, d := range selfDifferences(first, second) {
		if first.of(d.test) == missing || second.of(d.test) == missing {
			loose[parentOf(d.test)] = true
		}
	}
	var found []difference
	for _, test := range names(first, second, ours) {
		a, b, got := first.of(test), second.of(test), ours.of(test)
		switch {
		case got == a, got == b:
		case loose[parentOf(test)] && (a == missing || b == missing) && len(ours[test]) < 2:
		default:
			found = append(found, difference{test, a + "-" + got})
		}
	}
	return found
}

// parentOf returns the full name of the test that a subtest is part of.
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
