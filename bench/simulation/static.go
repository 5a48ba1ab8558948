package simulation

import (
	"slices"
	"strings"
	"time"
)

// Static returns how long a workload takes where a group is tied to a worker,
// as by pytest-xdist's --dist loadgroup: the cases of a group run on one
// worker, one after the other, and those of two groups form a third one. Each
// worker that has nothing to do takes the next group, or the next case that has
// none, in the order given. It excludes less: nothing keeps cases of two groups
// from those of either.
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
	free := make([]time.Duration, workers) // when each worker is
	for _, key := range order {
		first := slices.Index(free, slices.Min(free))
		free[first] += work[key]
	}
	return slices.Max(free)
}
