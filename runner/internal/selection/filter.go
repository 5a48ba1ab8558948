package selection

import (
	"fmt"
	"strings"

	"github.com/interlock-build/rules_interlock/runner/internal/engine"
)

// Filter returns the cases that the value of --test_filter asks for: globs,
// separated by commas, of which a case has to match one; those that begin
// with "-" leave cases out. An empty filter asks for all of them. A filter
// that leaves no case of the whole test is an error: it was meant to run
// something.
func Filter(cases []engine.Case, filter string) ([]engine.Case, error) {
	if filter == "" || len(cases) == 0 {
		return cases, nil
	}
	f, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	var selected []engine.Case
	for _, c := range cases {
		if f.asksFor(c.Name) {
			selected = append(selected, c)
		}
	}
	if len(selected) == 0 {
		return nil, fmt.Errorf("--test_filter=%s matches no case of this test; %s", filter, listOf(cases))
	}
	return selected, nil
}

type filter struct {
	include, exclude []func(string) bool
}

func parseFilter(text string) (filter, error) {
	var f filter
	for pattern := range strings.SplitSeq(text, ",") {
		body, excluded := strings.CutPrefix(pattern, "-")
		matches, err := compile(body)
		if err != nil {
			return f, fmt.Errorf("--test_filter: %w", err)
		}
		if excluded {
			f.exclude = append(f.exclude, matches)
		} else {
			f.include = append(f.include, matches)
		}
	}
	return f, nil
}

func (f filter) asksFor(name string) bool {
	return (len(f.include) == 0 || anyMatches(f.include, name)) && !anyMatches(f.exclude, name)
}

func anyMatches(patterns []func(string) bool, name string) bool {
	for _, matches := range patterns {
		if matches(name) {
			return true
		}
	}
	return false
}
