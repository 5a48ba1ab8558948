// Package notice is how the runners of a machine tell one another about the groups that they hold
// and wait for, in the scopes build and host.
//
// It is for people: the log of a waiting case names the holder, and `interlock status` prints
// everything. It never excludes anybody, so it may be late, or wrong. A holding that lasts less
// than a tenth of a second is not published. The parts are:
//
//   - use: the use of one group;
//   - format: how uses are written, and strictly read;
//   - locker: notes what a lock.Locker does;
//   - publisher: publishes it, now and then;
//   - file: one of shared memory for each process, and whether that process lives;
//   - read: what all processes publish.
package notice

// folder is the folder of shared memory with the files.
const folder = "notices"
