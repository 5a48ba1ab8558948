package simulation

import (
	"slices"
	"strings"
	"time"
)

// Static returns how long a workload takes if a group is tied to a worker, as by pytest-xdist's
// --dist loadgroup: the cases of a group run on one worker, one after the other, and the cases
// that need two groups form a third group. Each idle worker takes the next group, or the next
// case without a group, in the order given. This excludes less: nothing keeps the cases of two
// groups from the cases of either.
func Static(w Workload, workers int) time.Duration {
	var order []string
	work := map[string]time.Duration{}
	for _, c := range w.Cases {
		var labels []string
		for _, n := range c.Needs {
			labels = append(labels, n.Group)
		}
		key := strings.Join(labels, "_")
		if key == "" {
			key = c.Name
		}
		if _, ok := work[key]; !ok {
			order = append(order, key)
		}
		work[key] += c.Takes
	}
	free := make([]time.Duration, workers) // when each worker is free
	for _, key := range order {
		first := slices.Index(free, slices.Min(free))
		free[first] += work[key]
	}
	return slices.Max(free)
}
