package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// rates lets 16 processes start as often as a rate allows, in each scope with several processes.
func (c coordination) rates(table *harness.Table) error {
	for _, r := range []struct {
		scope   group.Scope
		rate    group.Rate
		windows int
	}{
		{group.Build, group.Rate{Starts: 50, Window: 2 * time.Second}, 6},
		{group.Host, group.Rate{Starts: 50, Window: 2 * time.Second}, 6},
		{group.Cluster, group.Rate{Starts: 64, Window: time.Minute}, 3},
	} {
		s := &space{
			Scope: r.scope, Configurations: 1, Coordinator: c.file,
			Definition: group.Definition{Capacity: 16, Rate: r.rate},
		}
		if err := s.make(); err != nil {
			return err
		}
		defer s.remove()
		const processes = 16
		histories, err := contention{processes: processes, needs: one, space: s}.run(r.windows*r.rate.Starts, time.Millisecond, 0)
		if err != nil {
			return err
		}
		most, used := startsIn(histories, r.rate)
		table.Rows = append(table.Rows, harness.Row{
			What:   fmt.Sprintf("%s: starts in any window at a rate of %s, %d processes: the most, and how much of it is used", r.scope, r.rate, processes),
			Figure: fmt.Sprintf("%d, %.1f %%", most, 100*used), Bound: fmt.Sprintf("≤ %d, ≥ 95 %%", r.rate.Starts),
			Missed: most > r.rate.Starts || used < 0.95,
		})
	}
	return nil
}

// startsIn returns the most starts in any window, and how much of the rate was used: the window
// divided by the time in which that many cases start, while a process always waits to start.
func startsIn(histories []history, r group.Rate) (most int, used float64) {
	var starts []time.Duration
	for _, h := range histories {
		for _, request := range h.Requests {
			starts = append(starts, time.Duration(request.Got))
		}
	}
	slices.Sort(starts)
	first := 0
	for i, start := range starts {
		for start-starts[first] >= r.Window {
			first++
		}
		most = max(most, i-first+1)
	}
	last := len(starts) - 1
	periods := last / r.Starts
	if periods == 0 {
		return most, 0
	}
	return most, float64(periods) * float64(r.Window) / float64(starts[periods*r.Starts]-starts[0])
}
