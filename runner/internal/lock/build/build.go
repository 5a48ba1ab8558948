// Package build keeps apart the test processes of one Bazel server, by
// flock(2) on files that are build outputs of the group's target.
//
// Every test that may use a group has the group's files among its runfiles,
// and sandboxes link them to one inode. So a mutex over all tests of a build
// needs no daemon, no shared folder and no flag, and the kernel releases it
// when its holder dies, however it dies. docs/locking.md has the argument and
// the measurements; the parts are:
//
//   - copies: the files that are one unit, one for each configuration;
//   - queue: who asks first is served first;
//   - units: taking as many units as are needed;
//   - watcher: waking up without polling.
package build

import (
	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// MaxBypass is the number of later requests that are served before one that
// waits: none, as soon as it has its ticket. A ticket is drawn in a doorway
// that is held for microseconds; of those that stand in it at the same
// moment, any may be first.
const MaxBypass = 0

// Group is a group with the place of its lock files.
type Group struct {
	group.Group
	// Runfile is the runfiles path of the files, without ".<unit>.lock" and
	// ".turnstile.lock".
	Runfile string
	// Output is the same below bazel-out/<configuration>/bin.
	Output string
}

// Resolve returns the absolute path of a runfile.
type Resolve func(runfile string) (string, error)

// New exists for every operating system, and fails closed where it cannot work.
var _ func([]Group, Resolve) lock.Locker = New
