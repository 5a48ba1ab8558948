package shm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// user is a user's numbers. The two differ in a user namespace.
type user struct {
	inside  int // the owner of that user's files, as seen here
	outside int // the number in that user's name
}

// thisUser returns this user; a variable for tests.
var thisUser = func() (user, error) {
	text, err := os.ReadFile("/proc/self/uid_map")
	if errors.Is(err, fs.ErrNotExist) {
		return user{os.Geteuid(), os.Geteuid()}, nil // this kernel has no user namespaces
	}
	if err != nil {
		return user{}, err
	}
	return userOf(os.Geteuid(), string(text))
}

// userOf finds a user in the map of a user namespace (user_namespaces(7)). In nested namespaces,
// outside is the number in the enclosing one, because nothing shows more, and may be another
// user's number.
func userOf(inside int, uidMap string) (user, error) {
	for line := range strings.Lines(uidMap) {
		var first, outside, count int
		if _, err := fmt.Sscan(line, &first, &outside, &count); err != nil {
			return user{}, fmt.Errorf("/proc/self/uid_map: %q: %w", strings.TrimSpace(line), err)
		}
		if inside >= first && inside-first < count {
			return user{inside, outside + inside - first}, nil
		}
	}
	return user{}, fmt.Errorf("user %d has no number outside of its user namespace (/proc/self/uid_map), "+
		"so files of its own look like those of strangers: map the user, as `unshare --map-current-user` does", inside)
}

// owner returns the owner of a file; a variable for tests, by the file's name.
var owner = func(_ string, stat *unix.Stat_t) int { return int(stat.Uid) }

// owns reports whether the user owns a path below the folder from; stat is the path's.
func (u user) owns(from *os.File, path string, stat *unix.Stat_t) bool {
	return owner(path, stat) == u.inside && (u.inside != unmapped() || mayHideAccess(from, path))
}

// unmapped is the number of all users that have none in this user namespace. If this user has the
// same number, it is nobody's.
func unmapped() int {
	number := 65534
	if text, err := os.ReadFile("/proc/sys/kernel/overflowuid"); err == nil {
		_, _ = fmt.Sscan(string(text), &number)
	}
	return number
}

// mayHideAccess reports whether the kernel takes this user for the owner: only the owner may open
// a file without its access time being noted. The kernel can distinguish users that look alike in
// this namespace.
func mayHideAccess(from *os.File, path string) bool {
	fd, err := openBelow(from, path, unix.O_RDONLY|unix.O_NOATIME)
	if err != nil {
		return false
	}
	_ = unix.Close(fd)
	return true
}
