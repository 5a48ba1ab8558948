package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rate is a limit on the runs that begin to use a resource in a window of time.
type rate struct {
	starts int
	window time.Duration
}

func (r rate) String() string { return fmt.Sprintf("%d in %v", r.starts, r.window) }

// rates are the rates of resources, by name.
type rates map[string]rate

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
		r[name] = rate{starts, window}
	}
	return nil
}

// checkRates finds windows in which more runs began than the rate of a resource that they use
// allows, and rates for which no run had to wait.
func checkRates(records []record, limits rates) findings {
	var found findings
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		limit := limits[name]
		starts := startsOf(name, records)
		if len(starts) <= limit.starts {
			found.add("reached", "only %d runs use %s, of rate %v, so none had to wait", len(starts), name, limit)
			continue
		}
		found = append(found, limit.check(name, starts)...)
	}
	return found
}

// check checks that each start is a window after the one that it has to wait for.
func (r rate) check(name string, starts []record) findings {
	var found findings
	used := false
	for i := range starts {
		if last := i + r.starts - 1; last < len(starts) {
			used = used || starts[last].began-starts[i].began < r.window
		}
		if next := i + r.starts; next < len(starts) {
			if took := starts[next].began - starts[i].began; took < r.window {
				found.add("rate", "%s, of rate %v, is used by %d runs that began within %v, from %v to %v",
					name, r, r.starts+1, took, starts[i].run, starts[next].run)
			}
		}
	}
	if !used {
		found.add("reached", "%s, of rate %v, was never used that often", name, r)
	}
	return found
}

// startsOf returns the starts of the runs that use a resource, in the order in which they began.
func startsOf(name string, records []record) []record {
	starts := slices.DeleteFunc(slices.Clone(records), func(r record) bool { return !r.start || !r.usesOf(name) })
	slices.SortFunc(starts, func(a, b record) int { return int(a.began - b.began) })
	return starts
}
