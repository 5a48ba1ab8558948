// Package environ gives each process that runs cases an environment of its own.
package environ

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
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/variables"
	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

// Options are what all these processes have in common.
type Options struct {
	// Environ is the environment that Bazel has given the test, and Env its meaning.
	Environ []string
	Env     bazelenv.Env
	// Name is the name of the target.
	Name string
	// Workers is how many cases run at once; 0 means one after the other.
	Workers int
	// Groups returns the groups of the test. It is called when the first case holds one.
	Groups func() []manifest.Group
}

// Environments are the environments of the processes of a test.
type Environments struct {
	options Options
	// grants returns the variables of each group, by label. It is called late, because all groups
	// are known only when the first case holds one.
	grants func() map[string]variables.Group
	made   atomic.Int64
}

// New returns the environments that options describe.
func New(options Options) *Environments {
	options.Workers = max(options.Workers, 1)
	return &Environments{
		options: options,
		grants:  sync.OnceValue(func() map[string]variables.Group { return variables.ByLabel(options.Groups()) }),
	}
}

// Of returns the environment for a batch, and a function to call when the batch's process has
// ended. The environment has what Bazel gives a test, and in addition
//
//   - TEST_TMPDIR, an empty folder of this process, with a short name in the test's folder:
//     the path of a socket can be 107 bytes long (unix(7));
//   - TEST_TIMEOUT, the seconds until the runner stops it;
//   - INTERLOCK_WORKER, the number of the worker, from 0, and INTERLOCK_WORKERS,
//     the number of workers;
//   - INTERLOCK_TARGET_WORKER, its number among the workers of all shards;
//   - INTERLOCK_ATTEMPT, 1 or the number of a retry;
//   - for each group that it holds, the variables that variables.Group.Of returns.
func (e *Environments) Of(b event.Batch) (environ []string, done func(), err error) {
	number, dir, err := e.makeTmpDir()
	if err != nil {
		return nil, nil, err
	}
	set, err := e.options.Env.Coverage.Of(fmt.Sprintf("%s.%d", e.options.Name, number))
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
	set["INTERLOCK_WORKER"], set["INTERLOCK_WORKERS"] = strconv.Itoa(b.Worker), strconv.Itoa(e.options.Workers)
	set["INTERLOCK_TARGET_WORKER"] = strconv.Itoa(e.options.Env.Shard.Index*e.options.Workers + b.Worker)
	ofCases, err := e.OfCases(b)
	if err != nil {
		done()
		return nil, nil, err
	}
	maps.Copy(set, ofCases)
	return bazelenv.ForChild(e.options.Environ, set), done, nil
}

// makeTmpDir makes a folder inside the test's folder, and returns its number and path. A folder
// that already exists belongs to somebody else. If the test has no folder, it makes none.
func (e *Environments) makeTmpDir() (number int64, dir string, err error) {
	if e.options.Env.TmpDir == "" {
		return e.made.Add(1), "", nil
	}
	if err := os.MkdirAll(e.options.Env.TmpDir, 0o755); err != nil {
		return 0, "", fmt.Errorf("TEST_TMPDIR: %w", err)
	}
	for {
		number = e.made.Add(1)
		dir = filepath.Join(e.options.Env.TmpDir, strconv.FormatInt(number, 36))
		if err = os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return 0, "", fmt.Errorf("TEST_TMPDIR: %w", err)
	}
	return number, dir, nil
}

// OfCases returns those of these variables that differ between batches of one process.
func (e *Environments) OfCases(b event.Batch) (map[string]string, error) {
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
