// Package build keeps the test processes of one Bazel server apart, by registers that are build
// outputs of the group's target.
//
// Every test that may use a group has the group's files among its runfiles, and sandboxes link
// them to one inode. So a mutex over all tests of a build needs no daemon, no shared folder and
// no flag, and the kernel releases it when its holder dies, however it dies. This package finds
// the files and the copies that other configurations have; package register does the rest.
package build

import (
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/register"
)

// MaxBypass is the bound of package register.
const MaxBypass = register.MaxBypass

// Group is a group and the location of its lock files.
type Group struct {
	group.Group
	// Runfile is the runfiles path of the files, without ".queue.lock" and
	// ".units.lock".
	Runfile string
	// Output is the path of the same files below bazel-out/<configuration>/bin.
	Output string
}

// Resolve returns the absolute path of a runfile.
type Resolve func(runfile string) (string, error)

// New exists for every operating system. Where it cannot work, it fails closed.
var _ func([]Group, Resolve) lock.Locker = New
