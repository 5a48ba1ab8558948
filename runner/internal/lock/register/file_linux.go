package register

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/sys/unix"
)

// lockFile is an open descriptor of a lock file. It is opened read-only, as a
// sandbox's file system may be, and close-on-exec, so that no child keeps a
// lock.
type lockFile struct {
	path string
	fd   int
}

func openLockFile(path string) (*lockFile, error) {
	f := &lockFile{path: path, fd: -1}
	return f, f.reopen()
}

func (f *lockFile) reopen() error {
	f.close()
	err := ignoringEINTR(func() (err error) {
		f.fd, err = unix.Open(f.path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		return err
	})
	if err != nil {
		f.fd = -1
		return &fs.PathError{Op: "open", Path: f.path, Err: err}
	}
	return f.mustBeRegular()
}

// mustBeRegular refuses a FIFO, a device or a folder in place of a lock file.
func (f *lockFile) mustBeRegular() error {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return &fs.PathError{Op: "fstat", Path: f.path, Err: err}
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("%s is no regular file, and so no lock file: somebody has put something else in its place", f.path)
	}
	return nil
}

// tryLock takes an exclusive flock if nobody is in the way. A file that was
// replaced under its path meanwhile is opened anew: a lock on the old one would
// exclude only those who opened it then.
func (f *lockFile) tryLock() (bool, error) {
	for {
		err := ignoringEINTR(func() error { return unix.Flock(f.fd, unix.LOCK_EX|unix.LOCK_NB) })
		if errors.Is(err, unix.EWOULDBLOCK) {
			return false, nil
		}
		if err != nil {
			return false, &fs.PathError{Op: "flock", Path: f.path, Err: err}
		}
		current, err := f.isCurrent()
		if current || err != nil {
			return current, err
		}
		if err := f.reopen(); err != nil {
			return false, err
		}
	}
}

func (f *lockFile) isCurrent() (bool, error) { return sameFile(f.fd, f.path) }

// sameFile reports whether fd is open on what path names, which is no link.
func sameFile(fd int, path string) (bool, error) {
	var opened, named unix.Stat_t
	if err := unix.Fstat(fd, &opened); err != nil {
		return false, &fs.PathError{Op: "fstat", Path: path, Err: err}
	}
	if err := unix.Lstat(path, &named); err != nil {
		return false, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return opened.Dev == named.Dev && opened.Ino == named.Ino, nil
}

// unlock gives up the flock and keeps the file open. Unlike close it wakes
// nobody.
func (f *lockFile) unlock() {
	_ = ignoringEINTR(func() error { return unix.Flock(f.fd, unix.LOCK_UN) })
}

// close gives up everything that is held through the descriptor, and wakes
// those who watch the file. In that order: of a close itself, the kernel tells
// watchers before it gives up the locks, and who then looked at once would
// find them held.
func (f *lockFile) close() {
	if f.fd >= 0 {
		f.unlock()
		_ = f.fcntl(unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK}) // a length of 0 is all of it
		_ = unix.Close(f.fd)
		f.fd = -1
	}
}

// announce takes a read lock on one byte, which any number of others can see
// with announcedIn, and which goes with the descriptor (fcntl(2), "Open file
// description locks"; for F_OFD_GETLK the file need not be writable).
func (f *lockFile) announce(at int64) error {
	l := unix.Flock_t{Type: unix.F_RDLCK, Start: at, Len: 1}
	if err := f.fcntl(unix.F_OFD_SETLK, &l); err != nil {
		return fmt.Errorf("this file system cannot keep a lock on a byte: %w", err)
	}
	return nil
}

// announcedIn returns the first and the last byte in [from, to) of some lock that
// somebody else has there. Nobody here makes one on many bytes, but who does
// should not make others look at the same one again and again.
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

// areCurrent reports whether all of files are still what their paths name.
func areCurrent(files []*lockFile) (bool, error) {
	for _, f := range files {
		if current, err := f.isCurrent(); !current || err != nil {
			return false, err
		}
	}
	return true, nil
}

// firstAnnounced returns a byte in [from, to) of one of files on which somebody
// else has a lock.
func firstAnnounced(files []*lockFile, from, to int64) (at int64, found bool, err error) {
	for _, f := range files {
		if at, _, found, err = f.announcedIn(from, to); found || err != nil {
			return at, found, err
		}
	}
	return 0, false, nil
}

func announceAll(files []*lockFile, at int64) error {
	for _, f := range files {
		if err := f.announce(at); err != nil {
			return err
		}
	}
	return nil
}

// openAll opens all copies of a file.
func openAll(paths []string) ([]*lockFile, error) {
	files := make([]*lockFile, 0, len(paths))
	for _, path := range paths {
		f, err := openLockFile(path)
		if err != nil {
			closeAll(files)
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func closeAll(files []*lockFile) {
	for _, f := range slices.Backward(files) {
		f.close()
	}
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
