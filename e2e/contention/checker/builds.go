package main

import (
	"fmt"
	"maps"
	"strings"
)

// builds are the files with the events of builds, by their names in the log. Successive builds
// may have the same name, or none.
type builds map[string][]string

// String implements flag.Value.
func (b builds) String() string { return "" }

// Set implements flag.Value: [BUILD=]FILE
func (b builds) Set(text string) error {
	name, file, named := strings.Cut(text, "=")
	if !named {
		name, file = "", text
	}
	if file == "" {
		return fmt.Errorf("%q is not [BUILD=]FILE", text)
	}
	b[name] = append(b[name], file)
	return nil
}

// results are what Bazel reports about the runs of all builds. No two builds may have the same
// runs, because the log could not tell them apart.
func (b builds) results() (map[run]result, error) {
	all := map[run]result{}
	for name, files := range b {
		for _, file := range files {
			results, err := readFile(file, parseEvents)
			if err != nil {
				return nil, err
			}
			for r, result := range results {
				r.build = name
				if _, known := all[r]; known {
					return nil, fmt.Errorf("%v is in the events of two builds", r)
				}
				all[r] = result
			}
		}
	}
	return all, nil
}

// withScripts adds the runs of scripts. Whatever started them knows that they passed.
func withScripts(results map[run]result, names []string) map[run]result {
	results = maps.Clone(results)
	for _, name := range names {
		results[run{target: name, number: 1}] = result{status: passed, script: true}
	}
	return results
}
