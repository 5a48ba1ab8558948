package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

// rates are the rates of resources, by name.
type rates map[string]witness.Group

// String implements flag.Value.
func (r rates) String() string { return "" }

// Set implements flag.Value: NAME=STARTS/WINDOW,…
func (r rates) Set(text string) error {
	for _, part := range splitNames(text) {
		name, limit, _ := strings.Cut(part, "=")
		number, length, _ := strings.Cut(limit, "/")
		starts, err := strconv.Atoi(number)
		window, wrong := time.ParseDuration(length)
		if err != nil || wrong != nil || starts < 1 || window <= 0 {
			return fmt.Errorf("%q is not NAME=STARTS/WINDOW", part)
		}
		r[name] = witness.Group{Rate: starts, Window: window}
	}
	return nil
}

// checkRates finds windows in which more runs began than the rate of a resource that they use
// allows, and rates for which no run had to wait.
func checkRates(uses map[string][]witness.Use, limits rates) (found witness.Findings) {
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		limit := limits[name]
		if n := len(uses[name]); n <= limit.Rate {
			found.Add("reached", "only %d runs use %s, of rate %s, so none had to wait", n, name, limit.RateText())
			continue
		}
		found = append(found, witness.Rate(name, limit, uses[name])...)
		if !usedUp(limit, uses[name]) {
			found.Add("reached", "%s, of rate %s, was never used that often", name, limit.RateText())
		}
	}
	return found
}

// usedUp reports whether as many uses as the rate allows began within one window.
func usedUp(limit witness.Group, uses []witness.Use) bool {
	starts := witness.ByBirth(uses)
	for last := limit.Rate - 1; last < len(starts); last++ {
		if starts[last].Born.Sub(starts[last-limit.Rate+1].Born) < limit.Window {
			return true
		}
	}
	return false
}
