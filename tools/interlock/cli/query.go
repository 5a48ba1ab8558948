package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// queryOf returns the query for the grouped tests of target patterns that are not manual. A "-"
// before a pattern removes its targets, as elsewhere in Bazel.
func queryOf(patterns []string) string {
	var set strings.Builder
	for i, pattern := range patterns {
		name, minus := strings.CutPrefix(pattern, "-")
		switch {
		case minus:
			set.WriteString(" - ")
		case i > 0:
			set.WriteString(" + ")
		}
		set.WriteString(strconv.Quote(name))
	}
	return fmt.Sprintf(`let tests = kind("^(go_)?grouped_test rule$", %s) in $tests - attr(tags, "[\[ ]manual[,\]]", $tests)`, set.String())
}

// setOf returns the query for targets.
func setOf(labels []string) string { return "set(" + strings.Join(labels, "\n") + ")" }
