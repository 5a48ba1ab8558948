// Package plan divides the cases of a test among its shards.
//
// A plan is a pure function, so that every shard computes the same one without
// talking to the others, and together they run each case exactly once.
package plan

import (
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/runner/internal/engine"
)

// Shard returns the cases of shard index of total, in the order of their
// names: every total-th one, whatever order they are given in. It panics
// unless 0 <= index < total.
func Shard(cases []engine.Case, index, total int) []engine.Case {
	if index < 0 || index >= total {
		panic("plan: shard index out of range")
	}
	sorted := slices.SortedFunc(slices.Values(cases), func(a, b engine.Case) int {
		return strings.Compare(a.Name, b.Name)
	})
	var own []engine.Case
	for i := index; i < len(sorted); i += total {
		own = append(own, sorted[i])
	}
	return own
}
