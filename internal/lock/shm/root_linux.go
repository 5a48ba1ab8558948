package shm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// root is the folder that contains all users' folders; a variable for tests.
var root = "/dev/shm"

// prefix begins the names of users' folders.
const prefix = "interlock-"

// InFolder makes another folder stand for the shared memory, for tests, until restore is called.
func InFolder(folder string) (restore func()) {
	before := root
	root = folder
	return func() { root = before }
}

// openRoot opens the shared memory.
func openRoot() (*os.File, error) {
	return os.OpenFile(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// openBelow opens what anybody may have put below the folder from. It waits for nothing and
// follows no link. It enters no file system that a user has mounted there, because that could
// make everybody wait.
func openBelow(from *os.File, path string, flags int) (int, error) {
	flags |= unix.O_NOFOLLOW | unix.O_CLOEXEC
	if flags&unix.O_PATH == 0 {
		flags |= unix.O_NONBLOCK
	}
	how := unix.OpenHow{Flags: uint64(flags), Resolve: unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV}
	fd, err := unix.Openat2(int(from.Fd()), path, &how)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) { // before Linux 5.6, or forbidden
		fd, err = openStepwise(int(from.Fd()), path, flags)
	}
	if err != nil {
		return -1, &fs.PathError{Op: "open", Path: filepath.Join(from.Name(), path), Err: err}
	}
	return fd, nil
}

// openStepwise is openBelow for kernels that cannot do it in one step. It does enter other file
// systems.
func openStepwise(from int, path string, flags int) (int, error) {
	folder, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		return unix.Openat(from, path, flags, 0)
	}
	fd, err := unix.Openat(from, folder, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.Close(fd) }()
	return openStepwise(fd, rest, flags)
}

// statBelow returns what a path below the folder from is.
func statBelow(from *os.File, path string) (*unix.Stat_t, error) {
	fd, err := openBelow(from, path, unix.O_PATH)
	if err != nil {
		return nil, err
	}
	defer func() { _ = unix.Close(fd) }()
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: filepath.Join(from.Name(), path), Err: err}
	}
	return &stat, nil
}

// isFolder and isFile report the kind of file that a stat describes.
func isFolder(stat *unix.Stat_t) bool { return stat.Mode&unix.S_IFMT == unix.S_IFDIR }
func isFile(stat *unix.Stat_t) bool   { return stat.Mode&unix.S_IFMT == unix.S_IFREG }

// canOthersWrite reports whether somebody other than the owner may write there.
func canOthersWrite(stat *unix.Stat_t) bool { return stat.Mode&0o022 != 0 }
