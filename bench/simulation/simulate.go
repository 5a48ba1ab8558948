package simulation

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// Setting is how a workload is run.
type Setting struct {
	Shards, Workers int
	// Timings says whether plan and engine know how long cases take.
	Timings bool
	// Batches says whether cases without groups may share a process, as the cases of Go tests do.
	Batches bool
}

// Result is the result of a run of a workload.
type Result struct {
	// Makespan is the time from the first case's start to the last one's end.
	Makespan time.Duration
	// Bound is what no schedule can beat.
	Bound plan.Bound
}

// Ratio returns the ratio of the makespan to the bound.
func (r Result) Ratio() float64 { return float64(r.Makespan) / float64(r.Bound.Time) }

// Problem returns the workload with a setting, and with the durations of the cases.
func (w Workload) Problem(s Setting) plan.Problem {
	return plan.Problem{Cases: w.Cases, Capacity: w.Capacity, Shards: s.Shards, Workers: s.Workers}
}

// Run runs a workload: each shard has an engine of its own, and all share the one in-memory lock,
// which passes the same conformance suite as the locks between processes. The sink gets the
// events of all shards.
func Run(t *testing.T, w Workload, s Setting, sinks ...event.Sink) Result {
	t.Helper()
	result := Result{Bound: w.Problem(s).Bound()}
	known := w.Problem(s)
	if !s.Timings {
		known.Cases = withoutTimes(w.Cases)
	}
	shards := make([][]schedule.Case, s.Shards)
	for i, shard := range plan.Make(known).Shard {
		c := known.Cases[i]
		shards[shard] = append(shards[shard], schedule.Case{Case: event.Case{Name: c.Name}, Needs: c.Needs, Takes: c.Takes})
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		locker := process.New(w.Groups())
		sink := event.FanOut(sinks...)
		var running sync.WaitGroup
		for _, cases := range shards {
			running.Go(func() {
				engine.Run(t.Context(), engine.Options{
					Framework: newSleeper(w), Locker: locker, Capacity: w.Capacity, Sink: sink, Workers: s.Workers, Shards: s.Shards, Batches: s.Batches,
				}, cases)
			})
		}
		running.Wait()
		result.Makespan = time.Since(began)
	})
	return result
}

func withoutTimes(cases []plan.Case) []plan.Case {
	var without []plan.Case
	for _, c := range cases {
		c.Takes = 0
		without = append(without, c)
	}
	return without
}

// Groups returns the groups of the workload, of scope process.
func (w Workload) Groups() []group.Group {
	var groups []group.Group
	for label, capacity := range w.Capacity {
		groups = append(groups, group.Group{Label: label, Name: label, Scope: group.Process, Definition: group.Definition{Capacity: capacity}})
	}
	return groups
}

// sleeper is a framework whose cases sleep.
type sleeper map[string]time.Duration

func newSleeper(w Workload) sleeper {
	s := sleeper{}
	for _, c := range w.Cases {
		s[c.Name] = c.Takes
	}
	return s
}

// Run implements engine.Framework.
func (s sleeper) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	for _, c := range batch.Cases {
		report.Started(c)
		time.Sleep(s[c.Name])
		report.Finished(c, event.Result{})
	}
	return nil
}
