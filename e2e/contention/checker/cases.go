package main

import (
	"fmt"
	"strings"
)

// targetCases are the names of the cases of targets that have several.
type targetCases map[string][]string

// String implements flag.Value.
func (c targetCases) String() string { return "" }

// Set implements flag.Value: TARGET=CASE,…
func (c targetCases) Set(text string) error {
	target, names, ok := strings.Cut(text, "=")
	if !ok || len(splitNames(names)) == 0 {
		return fmt.Errorf("%q is not TARGET=CASE,…", text)
	}
	c[target] = splitNames(names)
	return nil
}

// expand replaces the run of a target by the runs of its cases, which have the same result: Bazel
// does not know the cases.
func (c targetCases) expand(results map[run]result) map[run]result {
	expanded := map[run]result{}
	for r, result := range results {
		for _, name := range c[r.target] {
			expanded[run{r.build, r.target, r.number, name}] = result
		}
		if c[r.target] == nil {
			expanded[r] = result
		}
	}
	return expanded
}
