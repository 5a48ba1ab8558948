package selection

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// Serial returns, for each case, whether it runs last and alone in its runner: because a pattern
// matches it, or because it asks for that itself. A malformed pattern is an error. So is a
// pattern that matches no case, unless the cases are only a part of all: a typing mistake must
// not let a case run beside others.
func Serial(cases []event.Listed, patterns []string, partial bool) ([]bool, error) {
	serial := make([]bool, len(cases))
	for i, c := range cases {
		serial[i] = c.Serial
	}
	for _, pattern := range patterns {
		matched, err := matching(cases, pattern)
		if err != nil {
			return nil, fmt.Errorf("serial: %w", err)
		}
		if len(matched) == 0 && pattern != allCases && !partial {
			return nil, &UnmatchedError{"serial", pattern, "run alone", cases}
		}
		for _, i := range matched {
			serial[i] = true
		}
	}
	return serial, nil
}
