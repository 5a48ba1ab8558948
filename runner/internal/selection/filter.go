package selection

import (
	"fmt"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Filter returns the cases that the value of --test_filter selects: globs, separated by commas
// outside of braces. A case has to match one of them, and none that begins with "-". An empty
// filter selects all cases.
func Filter(cases []event.Case, filter string) ([]event.Case, error) {
	if filter == "" {
		return cases, nil
	}
	f, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	var selected []event.Case
	for _, c := range cases {
		if f.asksFor(c.Name) {
			selected = append(selected, c)
		}
	}
	return selected, nil
}

type filter struct {
	include, exclude []func(string) bool
}

func parseFilter(text string) (filter, error) {
	var f filter
	for _, pattern := range splitPatterns(text) {
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

// splitPatterns splits at commas, but not inside {this,that} or after \\.
func splitPatterns(text string) []string {
	var patterns []string
	begin, depth, escaped := 0, 0, false
	for i := range len(text) {
		switch c := text[i]; {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '{':
			depth++
		case c == '}':
			depth--
		case c == ',' && depth == 0:
			patterns = append(patterns, text[begin:i])
			begin = i + 1
		}
	}
	return append(patterns, text[begin:])
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
