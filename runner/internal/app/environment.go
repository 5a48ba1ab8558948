package app

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/variables"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

// environments gives each process that runs cases an environment of its own.
type environments struct {
	task    task
	workers int
	// grants returns the variables of each group, by label: all groups are known
	// when the first case holds one.
	grants func() map[string]variables.Group
	made   atomic.Int64
}

func newEnvironments(t task, workers int) *environments {
	return &environments{
		task: t, workers: max(workers, 1),
		grants: sync.OnceValue(func() map[string]variables.Group { return variables.ByLabel(t.manifest.Groups) }),
	}
}

// of returns the environment for a batch, and what is to be called when its
// process has ended. Besides what Bazel gives a test it has
//
//   - TEST_TMPDIR, an empty folder of this process, with a short name in that of
//     the test: the path of a socket can be 107 bytes long (unix(7));
//   - TEST_TIMEOUT, the seconds until the runner stops it;
//   - INTERLOCK_WORKER, the number of the worker, from 0, and INTERLOCK_WORKERS,
//     how many there are;
//   - INTERLOCK_TARGET_WORKER, its number among the workers of all shards;
//   - INTERLOCK_ATTEMPT, 1 or that of a retry;
//   - for each group that it holds, what variables.Group.Of returns.
func (e *environments) of(b event.Batch) (environ []string, done func(), err error) {
	number, dir, err := e.makeTmpDir()
	if err != nil {
		return nil, nil, err
	}
	set, err := coverageOf(e.task.env.Coverage, fmt.Sprintf("%s.%d", nameOf(e.task.manifest.Label), number))
	if err != nil {
		return nil, nil, err
	}
	if set == nil {
		set = map[string]string{}
	}
	done = func() {}
	if dir != "" {
		set["TEST_TMPDIR"], done = dir, func() { _ = os.RemoveAll(dir) }
	}
	if !b.Deadline.IsZero() {
		set["TEST_TIMEOUT"] = strconv.Itoa(max(1, int(math.Ceil(time.Until(b.Deadline).Seconds()))))
	}
	set["INTERLOCK_WORKER"], set["INTERLOCK_WORKERS"] = strconv.Itoa(b.Worker), strconv.Itoa(e.workers)
	set["INTERLOCK_TARGET_WORKER"] = strconv.Itoa(e.task.env.Shard.Index*e.workers + b.Worker)
	ofCases, err := e.ofCases(b)
	if err != nil {
		done()
		return nil, nil, err
	}
	maps.Copy(set, ofCases)
	return bazelenv.ForChild(e.task.p.environ, set), done, nil
}

// makeTmpDir makes a folder in that of the test, and returns its number and path: one
// that exists is somebody else's. There is none if the test has none.
func (e *environments) makeTmpDir() (number int64, dir string, err error) {
	if e.task.env.TmpDir == "" {
		return e.made.Add(1), "", nil
	}
	if err := os.MkdirAll(e.task.env.TmpDir, 0o755); err != nil {
		return 0, "", fmt.Errorf("TEST_TMPDIR: %w", err)
	}
	for {
		number = e.made.Add(1)
		dir = filepath.Join(e.task.env.TmpDir, strconv.FormatInt(number, 36))
		if err = os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return 0, "", fmt.Errorf("TEST_TMPDIR: %w", err)
	}
	return number, dir, nil
}

// ofCases returns the variables among these that differ between batches of one
// process.
func (e *environments) ofCases(b event.Batch) (map[string]string, error) {
	set := map[string]string{"INTERLOCK_ATTEMPT": strconv.Itoa(max(b.Attempt, 1))}
	for label, grant := range b.Grants {
		ofGroup, err := e.grants()[label].Of(grant)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", label, err)
		}
		maps.Copy(set, ofGroup)
	}
	return set, nil
}
