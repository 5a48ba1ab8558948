// Package gotests turns workloads of the simulation into Go tests that really sleep, and checks
// what they wrote to their log.
package gotests

import (
	"fmt"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// Workers is how many cases of a workload run at the same time.
const Workers = 8

// Work is the total duration of the cases of a workload: enough for them not to be shorter than
// most, and little enough to wait for.
const Work = 160 * time.Second

const seed = 1

// Workload is a workload of the simulation whose cases have names of Go tests.
type Workload struct {
	simulation.Workload
	// Name is part of the name of the target that has the tests.
	Name string
	// Kind describes the workload.
	Kind string
}

// Workloads returns all workloads.
func Workloads() []Workload {
	return []Workload{
		of("seed", simulation.Kinds[0]),
		of("overlapping", simulation.Kinds[2]),
	}
}

// Find returns the workload of that name.
func Find(name string) (Workload, error) {
	for _, w := range Workloads() {
		if w.Name == name {
			return w, nil
		}
	}
	return Workload{}, fmt.Errorf("no workload is called %q", name)
}

func of(name string, kind simulation.Kind) Workload {
	w := kind.Make(seed)
	var work time.Duration
	for _, c := range w.Cases {
		work += c.Takes
	}
	for i := range w.Cases {
		c := &w.Cases[i]
		c.Name = testName(i, c.Needs)
		c.Takes = time.Duration(float64(c.Takes) * float64(Work) / float64(work))
	}
	return Workload{Workload: w, Name: name, Kind: kind.Name}
}

// Setting returns how the simulation runs these workloads.
func Setting(timings bool) simulation.Setting {
	return simulation.Setting{Shards: 1, Workers: Workers, Timings: timings, Batches: true}
}

// testName returns a name that contains the groups of a case, each between underscores, for the
// globs of a BUILD file.
func testName(number int, needs []group.Need) string {
	name := fmt.Sprintf("Test%04d_", number)
	for _, n := range needs {
		name += strings.TrimPrefix(n.Group, "//:") + "_"
	}
	return name
}

// Target returns the name of the target that runs the workload.
func (w Workload) Target(timings bool) string {
	if timings {
		return w.Name + "_test"
	}
	return w.Name + "_without_timings_test"
}
