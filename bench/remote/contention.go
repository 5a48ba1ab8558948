package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// takes is how long each case of the contention workload uses what it holds.
const takes = 2 * time.Second

// The contention workload: the targets of consumer/grouped, and how many cases of each use what.
const (
	targets = 10
	// inAll is how many cases a target has.
	inAll = 11
	// inDB, inPool and inMigrations use the groups db, pool (of capacity 2) and schema exclusively;
	// the readers of schema can share it at once.
	inDB, inPool, inMigrations = 2, 3, 1
)

// bound is a time that no schedule can beat: that of all cases on all workers, or of the longest
// chain.
func bound() time.Duration {
	return max(
		targets*inAll*takes/workers,
		targets*inDB*takes,
		targets*inPool*takes/2,
		(targets*inMigrations+1)*takes,
	)
}

// measureContention measures how far the makespan is from its bound, and how long executors wait.
func measureContention(table *harness.Table) error {
	const rounds = 3
	var used usages
	asked := 0
	for range rounds {
		n, err := requestsOf(func() error { return used.add(direct, "//grouped") })
		if err != nil {
			return err
		}
		asked += n
	}
	table.Compare("makespan of the contention workload", harness.Samples{bound()}, used.makespans, harness.RatioAtMost(1.25))
	table.Rows = append(table.Rows,
		harness.Row{What: "executor time in which every case of the action waits or is prepared", Figure: used.share(used.waited)},
		requestsRow("etcd's requests for each contending case", asked, rounds*targets*inAll))
	table.Notes = append(table.Notes, fmt.Sprintf("Contention: %d targets of 4 shards, %d cases of %v each, with groups of capacity 1 and 2, shared use, "+
		"and a rate, one case at a time in a shard, %d times. Makespan: from the first case's start to the last one's end.", targets, targets*inAll, takes, rounds))
	return nil
}

// usages are what runs of a workload took.
type usages struct {
	makespans harness.Samples
	// all is the time of all actions on their workers, and waited the part in which no case ran.
	all, waited time.Duration
}

// add runs a suite with all of its cases once.
func (u *usages) add(e executor, suite string) error {
	log := filepath.Join(os.Getenv(sharedVariable), "log")
	if err := os.RemoveAll(log); err != nil {
		return err
	}
	events := filepath.Join(os.Getenv(sharedVariable), "events.json")
	if _, err := e.test(suite, "--test_arg=--interlock-workers=1", "--build_event_json_file="+events); err != nil {
		return err
	}
	all, err := actionTime(events)
	if err != nil {
		return err
	}
	makespan, err := makespanOf(log)
	u.makespans = append(u.makespans, makespan)
	u.all, u.waited = u.all+all, u.waited+all-targets*inAll*takes
	return err
}

// share is a part of the time of all actions, for people.
func (u *usages) share(part time.Duration) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(u.all))
}

// makespanOf is the time from the first start in a log to the last end.
func makespanOf(path string) (time.Duration, error) {
	reader, err := caselog.Follow(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = reader.Close() }()
	records, err := reader.Next()
	if err != nil {
		return 0, err
	}
	var first, last caselog.Instant
	ended := 0
	for _, r := range records {
		switch r.Event {
		case caselog.Start:
			if first == 0 || r.At < first {
				first = r.At
			}
		case caselog.End:
			last = max(last, r.At)
			ended++
		}
	}
	if ended != targets*inAll {
		return 0, fmt.Errorf("%d cases ended, not %d", ended, targets*inAll)
	}
	return last.Sub(first), nil
}
