package outcomes

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Difference is a test whose outcomes are not the same.
type Difference struct {
	Test string
	// Kind is Unstable, or for example "pass-fail" if go test reports pass and the runner fail; a
	// test that is there twice has "pass+pass".
	Kind string
}

// Unstable is the kind of a difference between two runs of go test, or between
// two of the runner.
const Unstable = "unstable"

// SelfDifferences returns what differs between two runs of go test.
func SelfDifferences(first, second Results) []Difference {
	var found []Difference
	for _, test := range names(first, second) {
		if first.Of(test) != second.Of(test) {
			found = append(found, Difference{test, Unstable})
		}
	}
	return found
}

// Compare returns the differences between go test and the runner. If two runs of go test differ,
// the runner may agree with either. Subtests whose names differ between them are compared
// together, under the name otherNames.
func Compare(first, second, ours Results) []Difference {
	volatile := volatileNames(first, second)
	a, b, c := first.renamed(volatile), second.renamed(volatile), ours.renamed(volatile)
	var found []Difference
	for _, test := range names(a, b, c) {
		if got := c.Of(test); got != a.Of(test) && got != b.Of(test) {
			found = append(found, Difference{test, a.Of(test) + "-" + got})
		}
	}
	return found
}

// otherNames stands for subtests whose names change from run to run.
const otherNames = "(other names)"

// volatileNames returns a function that replaces the name of a subtest that is not in both
// results, if its test has such subtests.
func volatileNames(first, second Results) func(test string) string {
	loose := map[string]bool{}
	for _, d := range SelfDifferences(first, second) {
		if first.Of(d.Test) == Missing || second.Of(d.Test) == Missing {
			loose[parentOf(d.Test)] = true
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
		if loose[parent] && (first.Of(test) == Missing || second.Of(test) == Missing) {
			return parent + "/" + otherNames
		}
		return test
	}
	return rename
}

// renamed returns the same outcomes under other names.
func (r Results) renamed(name func(string) string) Results {
	renamed := Results{}
	for test, outcomes := range r {
		for _, outcome := range outcomes {
			renamed.Add(name(test), outcome)
		}
	}
	return renamed
}

// Confirmed returns what two runs of the runner have found: a difference that only one of them
// has is unstable.
func Confirmed(found, again []Difference) []Difference {
	var all []Difference
	for _, d := range append(slices.Clone(found), again...) {
		if !slices.Contains(found, d) || !slices.Contains(again, d) {
			d.Kind = Unstable
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
func names(rs ...Results) []string {
	all := map[string]bool{}
	for _, r := range rs {
		for test := range r {
			all[test] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), cmp.Compare[string])
}
