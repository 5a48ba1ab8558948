package check

import (
	"cmp"
	"slices"
)

// Sweep calls seen for each of all as it begins, with those that are under way then; it is itself
// the last of them. What ends in a moment makes room for what begins in that moment.
func Sweep[T any, Moment cmp.Ordered](all []T, span func(T) (from, until Moment), seen func(underWay []T)) {
	began := func(one T) Moment {
		from, _ := span(one)
		return from
	}
	inOrder := slices.SortedStableFunc(slices.Values(all), func(a, b T) int { return cmp.Compare(began(a), began(b)) })
	var underWay []T
	for _, one := range inOrder {
		underWay = slices.DeleteFunc(underWay, func(before T) bool {
			_, until := span(before)
			return until <= began(one)
		})
		underWay = append(underWay, one)
		seen(underWay)
	}
}
