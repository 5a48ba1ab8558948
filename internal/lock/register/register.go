// Package register keeps the processes of one machine apart by files that
// they can only read.
//
// What a file opened read-only offers as a register is read locks on its
// bytes (open-file-description locks, fcntl(2)): one excludes nobody, is
// visible to everybody, and goes with its process, however that ends. A group
// has a region of bytes. Who wants some of it takes part in a queue, and only
// the first in the queue looks which bytes are free and claims some: so a claim
// excludes although the lock behind it does not. It needs no daemon, no folder
// that somebody can write to, and works in any sandbox that shows the file.
// docs/design/locking.md has the argument and the measurements; the parts are:
//
//   - file: one such file;
//   - region: what each byte means;
//   - queue: who asks first is served first;
//   - units: claiming as many units as are needed;
//   - watcher: waking up without polling;
//   - locker: all of it for several groups.
package register

import (
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// MaxBypass is the number of later requests that are served before one that
// waits: none, as soon as it has its ticket. A ticket is drawn in a doorway
// that is held for microseconds; of those that stand in it at the same
// moment, any may be first.
const MaxBypass = 0

const (
	regionBits = 34
	// Regions is how many regions a file has. An offset is at most 2^63-1.
	Regions = 1 << (63 - regionBits)

	capacityBits = 11
	// MaxCapacity is the largest capacity of a group.
	MaxCapacity = 1<<capacityBits - 1
)

// Place is where a group's register is.
type Place struct {
	// Queue and Units are the paths of the group's two files. Where there are
	// several copies of a file, that is all of them, sorted: any two processes
	// have to have one in common.
	Queue, Units []string
	// Region is the number of the group's region in the files, from 0.
	Region int64
	// Agree is whether all users of the group have to have one definition.
	Agree bool
	// Identity is one that no other group on the machine has; by it the starts of
	// a group with a rate are remembered.
	Identity string
}

// Find returns where the register of a group is. One call is made at a time.
type Find func(group.Group) (Place, error)

// New exists for every operating system, and fails closed where it cannot work.
var _ func([]group.Group, Find) lock.Locker = New
