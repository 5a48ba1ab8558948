// Package register keeps the processes of one machine apart by files that they can only read.
//
// A process can set read locks on the bytes of a file that it has opened read-only
// (open-file-description locks, fcntl(2)). Such a lock excludes nobody, is visible to everybody,
// and goes with its process, however that ends. A group has a region of bytes. A process that
// wants some of them joins a queue, and only the first in the queue looks which bytes are free
// and claims some. So a claim excludes although the lock behind it does not. This needs no daemon
// and no folder that anybody can write to, and works in any sandbox that shows the file.
// docs/design/locking.md has the argument and the measurements. The parts are:
//
//   - file: one such file;
//   - region: what each byte means;
//   - queue: serves requests in the order of their arrival;
//   - units: claiming as many units as are needed;
//   - watcher: waking up without polling;
//   - locker: all of it for several groups.
package register

import (
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// MaxBypass is the number of later requests that are served before a waiter: none, once the
// waiter has its ticket. Tickets are drawn in a doorway that is held for microseconds. Of the
// processes that stand in it at the same moment, any may be first.
const MaxBypass = 0

const (
	regionBits = 34
	// Regions is how many regions a file has. An offset is at most 2^63-1.
	Regions = 1 << (63 - regionBits)

	capacityBits = 11
	// MaxCapacity is the largest capacity of a group.
	MaxCapacity = 1<<capacityBits - 1
)

// Place is the location of a group's register.
type Place struct {
	// Queue and Units are the paths of the group's two files. If a file has several copies, that
	// is all of them, sorted: any two processes must have one in common.
	Queue, Units []string
	// Region is the number of the group's region in the files, from 0.
	Region int64
	// Agree says whether all users of the group must have the same definition of it.
	Agree bool
	// Identity is unique among the groups of the machine. The starts of a group with a rate are
	// stored under it.
	Identity string
}

// Find returns the location of a group's register. Only one call is made at a time.
type Find func(group.Group) (Place, error)

// New exists for every operating system. Where it cannot work, it fails closed.
var _ func([]group.Group, Find) lock.Locker = New
