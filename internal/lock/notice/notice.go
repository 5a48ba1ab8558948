// Package notice is what the runners of a machine tell one another of the
// groups that they hold and wait for, in the scopes build and host.
//
// It is for people: a waiting case's log names the holder, and `interlock
// status` prints it all. It is never what excludes, so it may be late, or wrong.
// A holding that is over within a tenth of a second is told to nobody. The parts
// are:
//
//   - use: what is told of one group;
//   - format: how it is written, and read strictly;
//   - locker: notes what a lock.Locker does;
//   - publisher: tells it, now and then;
//   - file: one of shared memory for each process, and whether that lives;
//   - read: what all processes tell.
package notice

// folder is the folder of shared memory that the files are in.
const folder = "notices"
