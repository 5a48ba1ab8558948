package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// handoffCase is one row of the benchmark handoff.
type handoffCase struct {
	contention
	limit harness.Limit
}

// The bounds for a group of capacity 1, and for others.
var (
	soon = harness.AtMost(300 * time.Microsecond)
	five = harness.AtMost(5 * time.Millisecond)
	one  = []group.Need{exclusive(1)}
	all4 = []group.Need{exclusive(4)}
)

var handoffCases = []handoffCase{
	{contention{capacity: 1, configurations: 1, processes: 2, needs: one}, soon},
	{contention{capacity: 1, configurations: 1, processes: 4, needs: one}, soon},
	{contention{capacity: 1, configurations: 1, processes: 16, needs: one}, soon},
	{contention{capacity: 1, configurations: 1, processes: 100, needs: one}, soon},
	{contention{capacity: 1, configurations: 1, processes: 1000, needs: one}, soon},
	{contention{capacity: 1, configurations: 10, processes: 4, needs: one}, harness.Information},
	{contention{capacity: 4, configurations: 1, processes: 5, needs: one}, five},
	{contention{capacity: 4, configurations: 1, processes: 8, needs: one}, five},
	{contention{capacity: 4, configurations: 1, processes: 16, needs: one}, five},
	{contention{capacity: 4, configurations: 1, processes: 4, needs: all4}, five},
	{contention{capacity: 4, configurations: 1, processes: 100, needs: one}, harness.Information},
	{contention{capacity: 40, configurations: 1, processes: 60, needs: one}, harness.Information},
}

// handoff makes processes contend for a group, batch after batch, each case between two batches
// of its floor.
func handoff() (*harness.Table, error) {
	table := &harness.Table{
		Floor: "as many processes at one blocking flock of one file",
		Notes: []string{
			"A handoff is from just before a Release to just after the Acquire of a process that waited for it. " +
				"If k can hold the group together, the n-th acquisition waits for the (n-k)-th release. " +
				"Each holds for k times 2 ms or so, so that there is a release every 2 ms.",
		},
	}
	cpu := "CPU time of all processes together for each handoff, and at the floor:"
	for _, c := range handoffCases {
		floor := c.contention
		floor.bare = true
		measure := func(c contention) func() (handoffs, error) {
			return func() (handoffs, error) { return c.handoffs(requestsOf(c.processes)) }
		}
		results, err := harness.Interleave(batchesOf(c.processes), measure(floor), measure(c.contention))
		if err != nil {
			return nil, err
		}
		bare, ours := join(results[0]), join(results[1])
		table.Compare(c.what(), bare.took, ours.took, c.limit)
		if c.processes == 100 && c.capacity == 1 {
			table.Compare("- CPU time of all processes for each of these", harness.Samples{bare.cpuEach()}, harness.Samples{ours.cpuEach()},
				harness.AtMost(time.Millisecond))
		}
		cpu += fmt.Sprintf("\n- %s: %s, %s", c.what(), harness.Text(ours.cpuEach()), harness.Text(bare.cpuEach()))
	}
	table.Notes = append(table.Notes, cpu)
	return table, nil
}

// requestsOf is how many requests a number of processes make in all. Each makes several, so that
// what a process does once does not count as what it always does.
func requestsOf(processes int) int { return max(200, 5*processes) }

// batchesOf is the number of batches: it takes a while to start a thousand processes.
func batchesOf(processes int) int { return max(1, min(5, 500/processes)) }

func (c contention) what() string {
	what := fmt.Sprintf("capacity %d, %d processes", c.capacity, c.processes)
	if weight := c.needs[0].Weight; weight > 1 {
		what += fmt.Sprintf(" of weight %d", weight)
	}
	if c.configurations > 1 {
		what += fmt.Sprintf(", %d configurations", c.configurations)
	}
	return what
}

// handoffs are the handoffs of some batches.
type handoffs struct {
	took     harness.Samples
	requests int
	cpu      time.Duration
}

func (h handoffs) cpuEach() time.Duration { return h.cpu / time.Duration(max(1, h.requests)) }

func join(batches []handoffs) handoffs {
	var all handoffs
	for _, b := range batches {
		all.took = append(all.took, b.took...)
		all.requests += b.requests
		all.cpu += b.cpu
	}
	return all
}

// handoffs runs one batch. A bare flock has capacity 1, whatever the case's.
func (c contention) handoffs(total int) (handoffs, error) {
	together := c.capacity / c.needs[0].Weight
	if c.bare {
		together = 1
	}
	histories, err := c.run(total, time.Duration(together)*2*time.Millisecond, 0)
	if err != nil {
		return handoffs{}, err
	}
	var requests []request
	var h handoffs
	for _, one := range histories {
		requests = append(requests, one.Requests...)
		h.cpu += one.CPU
	}
	h.requests, h.took = len(requests), handoffsIn(requests, together)
	return h, nil
}

// handoffsIn matches each acquisition that had to wait with the release that it waited for, if
// that many requests can hold the group together.
func handoffsIn(requests []request, together int) harness.Samples {
	byGot := slices.SortedFunc(slices.Values(requests), func(a, b request) int { return cmp.Compare(a.Got, b.Got) })
	var releases []instant
	for _, r := range requests {
		releases = append(releases, r.Releasing)
	}
	slices.Sort(releases)
	var took harness.Samples
	for n := together; n < len(byGot); n++ {
		if r, freed := byGot[n], releases[n-together]; r.Queued != 0 && r.Queued < freed {
			took = append(took, time.Duration(r.Got-freed))
		}
	}
	return took
}
