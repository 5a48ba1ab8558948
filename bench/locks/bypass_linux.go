package main

import (
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
)

// mixed are the needs of the benchmark bypass.
var mixed = []group.Need{exclusive(1), exclusive(2), exclusive(3), exclusive(4), shared()}

const bypassNote = `Request B passed request A if B was made after A had begun to wait, and B held the group while A still waited. ` +
	`Each process notes the times on the machine's common clock: of A, when Acquire first told its trace that it waits, by which time it has ` +
	`its ticket; of B, the time before its call of Acquire, which is before it draws one. That B was first is certain if the two cannot hold the group ` +
	`together, so that the order of holding is that of the noted times; or if A told its trace once more that it waits after B had noted that it holds. ` +
	`Where neither is so, A may have held the group already and been slow to note it: such pairs are counted as possible.`

// bypass counts how often later requests overtake a waiter.
func bypass() (*harness.Table, error) {
	const batches, requests, hold = 8, 16 * 30, time.Millisecond
	ours := contention{capacity: 4, configurations: 1, processes: 16, needs: mixed}
	across := ours
	across.configurations = 3
	bare := ours
	bare.bare = true
	results, err := harness.Interleave(batches, bare.passes(requests, hold), ours.passes(requests, hold), across.passes(requests, hold))
	if err != nil {
		return nil, err
	}
	floor := worst(results[0])
	table := &harness.Table{
		Floor: "as many processes at one blocking flock of one file, exclusive and shared, without weights",
		Notes: []string{
			fmt.Sprintf("%d processes, %d requests, of which %d waited; weights 1, 2, 3, 4 and shared at a capacity of 4.", ours.processes, worst(results[1]).requests, worst(results[1]).waited),
			bypassNote,
		},
	}
	for i, what := range []string{"one configuration", "3 configurations"} {
		found := worst(results[i+1])
		table.Rows = append(table.Rows,
			harness.Row{
				What: "longest bypass, " + what, Floor: fmt.Sprint(floor.certain), Figure: fmt.Sprint(found.certain),
				Bound: fmt.Sprintf("≤ %d", build.MaxBypass), Missed: found.waited == 0 || found.certain > build.MaxBypass,
			},
			harness.Row{What: "the same with possible ones, " + what, Floor: fmt.Sprint(floor.possible), Figure: fmt.Sprint(found.possible)},
			harness.Row{What: "longest wait, " + what, Floor: harness.Text(floor.longest), Figure: harness.Text(found.longest)},
		)
	}
	return table, nil
}

// bypassed is the worst result of any request.
type bypassed struct {
	requests, waited  int
	certain, possible int
	longest           time.Duration
}

func worst(batches []bypassed) bypassed {
	var w bypassed
	for _, b := range batches {
		w.requests += b.requests
		w.waited += b.waited
		w.certain, w.possible = max(w.certain, b.certain), max(w.possible, b.possible)
		w.longest = max(w.longest, b.longest)
	}
	return w
}

func (c contention) passes(total int, hold time.Duration) func() (bypassed, error) {
	seed := uint64(0)
	return func() (bypassed, error) {
		seed++
		histories, err := c.run(total, hold, seed)
		if err != nil {
			return bypassed{}, err
		}
		var requests []request
		for _, h := range histories {
			requests = append(requests, h.Requests...)
		}
		return c.worstOf(requests), nil
	}
}

func (c contention) worstOf(requests []request) bypassed {
	w := bypassed{requests: len(requests)}
	for _, a := range requests {
		if a.Queued == 0 {
			continue
		}
		certain, possible := c.passesOf(a, requests)
		w.waited++
		w.certain, w.possible = max(w.certain, certain), max(w.possible, possible)
		w.longest = max(w.longest, time.Duration(a.Got-a.Asked))
	}
	return w
}

// passesOf counts the requests that overtook a, which waited.
func (c contention) passesOf(a request, requests []request) (certain, possible int) {
	for _, b := range requests {
		if b.Asked <= a.Queued || b.Got >= a.Got {
			continue
		}
		possible++
		if c.conflict(a.Need, b.Need) || b.Got < a.StillWaiting {
			certain++
		}
	}
	return certain, possible
}

// conflict reports whether two needs cannot be held together.
func (c contention) conflict(a, b group.Need) bool {
	switch {
	case a.Mode != b.Mode:
		return true
	case a.Mode == group.Shared:
		return false
	}
	return c.bare || a.Weight+b.Weight > c.capacity
}
