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
	var makespans harness.Samples
	var waited, all time.Duration
	asked := 0
	for range rounds {
		used, n, err := contend()
		if err != nil {
			return err
		}
		makespans = append(makespans, used.makespan)
		waited, all, asked = waited+used.waited, all+used.all, asked+n
	}
	table.Compare("makespan of the contention workload", harness.Samples{bound()}, makespans, harness.RatioAtMost(1.25))
	table.Rows = append(table.Rows,
		harness.Row{What: "executor time in which every case of the action waits or is prepared", Figure: fmt.Sprintf("%.0f %%", 100*float64(waited)/float64(all))},
		requestsRow("etcd's requests for each contending case", asked, rounds*targets*inAll))
	table.Notes = append(table.Notes, fmt.Sprintf("Contention: %d targets of 4 shards, %d cases of %v each, with groups of capacity 1 and 2, shared use, "+
		"and a rate, one case at a time in a shard, %d times. Makespan: from the first case's start to the last one's end.", targets, targets*inAll, takes, rounds))
	return nil
}

// usage is what a run of the workload took.
type usage struct {
	makespan time.Duration
	// all is the time of all actions on their workers, and waited the part in which no case ran.
	all, waited time.Duration
}

func contend() (u usage, asked int, err error) {
	log := filepath.Join(os.Getenv(sharedVariable), "log")
	if err := os.RemoveAll(log); err != nil {
		return u, 0, err
	}
	events := filepath.Join(os.Getenv(sharedVariable), "events.json")
	asked, err = requestsOf(func() error {
		_, err := test("//grouped", "--test_arg=--interlock-workers=1", "--build_event_json_file="+events)
		return err
	})
	if err != nil {
		return u, 0, err
	}
	if u.all, err = actionTime(events); err != nil {
		return u, 0, err
	}
	u.makespan, err = makespanOf(log)
	u.waited = u.all - targets*inAll*takes
	return u, asked, err
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
