package register

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// lockFile is an open descriptor of a lock file. It is opened read-only, because a sandbox's file
// system may be, and close-on-exec, so that no child keeps a lock.
type lockFile struct {
	path  string
	fd    int
	inode inode
}

// inode identifies a file on this machine, whatever its name is.
type inode struct{ dev, ino uint64 }

func inodeOf(stat *unix.Stat_t) inode { return inode{uint64(stat.Dev), stat.Ino} }

func openLockFile(path string) (*lockFile, error) {
	f := &lockFile{path: path, fd: -1}
	err := ignoringEINTR(func() (err error) {
		f.fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		return err
	})
	if err != nil {
		f.fd = -1
		return f, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, f.identify()
}

// identify refuses a FIFO, a device or a folder in place of a lock file.
func (f *lockFile) identify() error {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return &fs.PathError{Op: "fstat", Path: f.path, Err: err}
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("%s is no regular file, and so no lock file: somebody has put something else in its place", f.path)
	}
	f.inode = inodeOf(&stat)
	return nil
}

// isCurrent reports whether the file is still the one that its path names. It is not if the path
// names nothing or cannot be looked at.
func (f *lockFile) isCurrent() bool {
	var named unix.Stat_t
	return unix.Lstat(f.path, &named) == nil && inodeOf(&named) == f.inode
}

// tryLock takes an exclusive flock unless another process holds one.
func (f *lockFile) tryLock() (bool, error) {
	err := ignoringEINTR(func() error { return unix.Flock(f.fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, &fs.PathError{Op: "flock", Path: f.path, Err: err}
	}
	return true, nil
}

// unlock gives up the flock.
func (f *lockFile) unlock() {
	_ = ignoringEINTR(func() error { return unix.Flock(f.fd, unix.LOCK_UN) })
}

// close gives up everything that is held through the descriptor, and wakes the watchers of the
// file. The order matters: on a close alone, the kernel tells watchers before it gives up the
// locks, and a watcher that then looked only once would still find them held.
func (f *lockFile) close() {
	if f.fd >= 0 {
		f.unlock()
		f.withdrawAll()
		_ = unix.Close(f.fd)
		f.fd = -1
	}
}

// ring wakes the watchers of the file. They wait for a close, because the end of a process looks
// like one, too.
func (f *lockFile) ring() {
	if fd, err := unix.Open(f.path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0); err == nil {
		_ = unix.Close(fd)
	}
}

// announce takes a read lock on some bytes. Any number of other processes can see it with
// announcedIn, and it goes with the descriptor (fcntl(2), "Open file description locks"; for
// F_OFD_GETLK the file need not be writable).
func (f *lockFile) announce(at, count int64) error {
	l := unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: count}
	if err := f.fcntl(unix.F_OFD_SETLK, &l); err != nil {
		return fmt.Errorf("this file system cannot keep a lock on a byte: %w", err)
	}
	return nil
}

// withdraw withdraws what was announced of some bytes.
func (f *lockFile) withdraw(at, count int64) {
	_ = f.fcntl(unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK, Start: at, Len: count})
}

// withdrawAll withdraws all that was announced.
func (f *lockFile) withdrawAll() { f.withdraw(0, 0) } // a length of 0 means all of it

// announcedIn returns the first and the last byte in [from, to) of a lock that somebody else has
// there. It returns both, so that callers do not look again and again at one lock that covers
// many bytes.
func (f *lockFile) announcedIn(from, to int64) (first, last int64, found bool, err error) {
	if from >= to {
		return 0, 0, false, nil // fcntl takes a length of 0 for "to the end"
	}
	l := unix.Flock_t{Type: unix.F_WRLCK, Start: from, Len: to - from}
	if err := f.fcntl(unix.F_OFD_GETLK, &l); err != nil || l.Type == unix.F_UNLCK {
		return 0, 0, false, err
	}
	last = to - 1
	if end := l.Start + l.Len; l.Len > 0 && end < to {
		last = end - 1
	}
	return max(l.Start, from), last, true, nil
}

func (f *lockFile) fcntl(cmd int, l *unix.Flock_t) error {
	err := ignoringEINTR(func() error { return unix.FcntlFlock(uintptr(f.fd), cmd, l) })
	if err != nil {
		return &fs.PathError{Op: "fcntl", Path: f.path, Err: err}
	}
	return nil
}

func ignoringEINTR(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
