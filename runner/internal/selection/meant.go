package selection

import (
	"fmt"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// UnmatchedError is for a pattern that matches no case.
type UnmatchedError struct {
	// Attribute says where the pattern stands.
	Attribute, Pattern string
	// Consequence is what would come of it.
	Consequence string
	cases       []event.Listed
}

// Error implements error.
func (e *UnmatchedError) Error() string {
	text := fmt.Sprintf("%s: the pattern %q matches no case of this test, so nothing would %s; %s",
		e.Attribute, e.Pattern, e.Consequence, ListOf(e.cases))
	if meant := meant(e.Pattern, e.cases); meant != "" {
		text += fmt.Sprintf("\nhint: did you mean %q?", meant)
	}
	return text
}

// meant returns a pattern near to one that matches no case, which matches one: in
// another case of letters, or with a * where the name of a case goes on. It is empty if
// there is none.
func meant(pattern string, cases []event.Listed) string {
	for _, p := range []string{inCaseOf(pattern, cases), pattern + "*", "*" + pattern, "*" + pattern + "*"} {
		if p == "" || strings.Contains(p, "**") {
			continue
		}
		if matched, err := matching(cases, p); err == nil && len(matched) > 0 {
			return p
		}
	}
	return ""
}

// inCaseOf returns the pattern with its letters as the first case has them that it
// matches otherwise: in a pattern that begins with a name, those of the name.
func inCaseOf(pattern string, cases []event.Listed) string {
	name := pattern
	if at := strings.IndexAny(pattern, `*?[{\`); at >= 0 {
		name = pattern[:at]
	}
	for _, c := range cases {
		if len(c.Name) >= len(name) && strings.EqualFold(c.Name[:len(name)], name) {
			return c.Name[:len(name)] + pattern[len(name):]
		}
	}
	return ""
}
