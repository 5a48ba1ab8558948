// Package shm is what the runners of a machine tell one another in addition to their locks: when
// cases started, and who holds what.
//
// It is for limits and for information, never for exclusion. On Linux its place is /dev/shm. It
// is the only folder that tests in all kinds of sandboxes share and may write to without a flag,
// and it is empty after a restart. Each user has a folder there that all users can read, and
// writes to no other. The files of others may contain anything, so nothing in them is an error,
// and a look at them has bounds. The parts are:
//
//   - root: the shared memory, and how a path in it is opened;
//   - user: this user, inside and outside of user namespaces;
//   - own: this user's folder, wherever strangers let it be;
//   - look: a look at all of it, and its bounds;
//   - others: the files of all other users;
//   - visit: all users' files in a folder;
//   - file: reads and writes one file;
//   - identity: tells one shared memory from another.
package shm

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// ErrBounds is wrapped by errors that say that a look would take too much.
var ErrBounds = errors.New("is more than one look may take (16 MiB and 50 ms)")

// FileName turns any text into a valid file name.
func FileName(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}
