package main

import (
	"math"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// holding is a run from its start to its end.
type holding struct {
	record
	until caselog.Instant
}

// never is the end of a run that has none.
const never = caselog.Instant(math.MaxInt64)

// holdingsOf returns the runs of a log, in the order in which they started.
func holdingsOf(records []record) []holding {
	var all []holding
	for _, r := range records {
		if r.Event == caselog.Start {
			all = append(all, holding{r, never})
			continue
		}
		for i := range all {
			if all[i].run == r.run {
				all[i].until = min(all[i].until, r.At)
			}
		}
	}
	return all
}

// sweep calls seen for each run as it starts, with those that are under way then.
func sweep(holdings []holding, seen func(underWay []holding)) {
	witness.Sweep(holdings, func(h holding) (from, until caselog.Instant) { return h.At, h.until }, seen)
}

// usesByName returns the uses of each resource, in the order in which they began.
func usesByName(holdings []holding) map[string][]witness.Use {
	uses := map[string][]witness.Use{}
	for _, h := range holdings {
		for _, u := range h.Uses {
			uses[u.Group] = append(uses[u.Group], witness.Use{
				Use: u, By: h.String(), Run: h.String(), Born: h.Born, From: h.At, Until: h.until,
			})
		}
	}
	return uses
}

// isApartFrom reports whether both use resources, and none in common.
func (h holding) isApartFrom(other holding) bool {
	if len(h.Uses) == 0 || len(other.Uses) == 0 {
		return false
	}
	return !slices.ContainsFunc(h.Uses, func(u caselog.Use) bool {
		return slices.ContainsFunc(other.Uses, func(o caselog.Use) bool { return o.Group == u.Group })
	})
}
