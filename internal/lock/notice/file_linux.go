package notice

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"golang.org/x/sys/unix"
)

// unfinished is the suffix of a file that is being written, which takes less than longestWrite.
const (
	unfinished   = ".new"
	longestWrite = time.Minute
)

// replacements is how often a file may be replaced while somebody opens it. No runner replaces
// its file more often.
const replacements = 10

// file is what a process publishes. While the process lives it holds an exclusive flock of the
// file, so that others can see that it lives: process numbers mean nothing from one PID namespace
// to the next.
//
// Its content is never changed but replaced, by a file that is locked before it gets the name. So
// a file that still has its name but is not locked belongs to a process that has ended.
type file struct {
	path   string
	locked *os.File // nil if there is none at present
}

// newFile returns the file of that name, which must not have been used before. It also removes
// the files that dead processes of this user have left behind.
func newFile(name string) (*file, error) {
	dir, err := shm.Own(folder)
	if err != nil {
		return nil, err
	}
	if err := removeDead(dir); err != nil {
		return nil, err
	}
	return &file{path: filepath.Join(dir, name)}, nil
}

// write replaces the content.
func (f *file) write(text []byte) error {
	fresh, err := os.OpenFile(f.path+unfinished, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(fresh, text), os.Rename(fresh.Name(), f.path)); err != nil {
		return errors.Join(err, fresh.Close())
	}
	f.unlock()
	f.locked = fresh
	return nil
}

func fill(fresh *os.File, text []byte) error {
	if err := unix.Flock(int(fresh.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return &fs.PathError{Op: "flock", Path: fresh.Name(), Err: err}
	}
	_, err := fresh.Write(text)
	return errors.Join(err, fresh.Chmod(0o644)) // whatever the umask is
}

// remove removes the file until it is written again.
func (f *file) remove() {
	if f.locked != nil {
		_ = os.Remove(f.path)
		f.unlock()
	}
}

func (f *file) unlock() {
	if f.locked != nil {
		_ = f.locked.Close()
		f.locked = nil
	}
}

// removeDead removes the files of a folder of this user whose processes have ended.
func removeDead(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if isBeingWritten(path) {
			continue
		}
		file, err := openLiving(path)
		switch {
		case errors.Is(err, errDead):
			_ = os.Remove(path)
		case err == nil:
			_ = file.Close()
		}
	}
	return nil
}

// isBeingWritten reports whether a file may be about to be locked and renamed.
func isBeingWritten(path string) bool {
	if !strings.HasSuffix(path, unfinished) {
		return false
	}
	info, err := os.Lstat(path)
	return err == nil && time.Since(info.ModTime()) < longestWrite
}

// errDead is for a file whose process has ended.
var errDead = errors.New("its process has ended")

// openLiving opens the file of another process. If that process has ended, the error is errDead.
func openLiving(path string) (*os.File, error) {
	for range replacements {
		file, err := shm.Open(path)
		if err != nil {
			return nil, err
		}
		// With a shared lock, others that look now do not mistake this look for a living process.
		err = unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) {
			return file, nil
		}
		if err == nil {
			err = errDead
		}
		replaced := !shm.HasName(file)
		_ = file.Close()
		if !replaced {
			return nil, err
		}
	}
	return nil, errors.New("it is replaced all the time")
}

// readFile returns what the process of a file publishes; nothing if the process has ended.
func readFile(look *shm.Look, path string) ([]byte, error) {
	if strings.HasSuffix(path, unfinished) {
		return nil, nil
	}
	file, err := openLiving(path)
	switch {
	case errors.Is(err, errDead), errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return look.ReadOpen(file, maxFile)
}
