package shm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrNotAFile is wrapped by the error of Open if the path is not a regular file.
var ErrNotAFile = errors.New("not a regular file")

// Open opens a file of the shared memory that anybody may have made, without
// waiting for anything and without following a link.
func Open(path string) (*os.File, error) {
	fd, err := openPath(path, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	file := asFile(fd, path)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || !isFile(&stat) {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, ErrNotAFile)
	}
	return file, nil
}

// openPath is openBelow for a path that begins with the path of the shared memory.
func openPath(path string, flags int) (int, error) {
	below, err := filepath.Rel(root, path)
	if err != nil {
		return -1, err
	}
	from, err := openRoot()
	if err != nil {
		return -1, err
	}
	defer func() { _ = from.Close() }()
	return openBelow(from, below, flags)
}

func asFile(fd int, path string) *os.File { return os.NewFile(uintptr(fd), path) }

// HasName reports whether an open file is still the one at its path.
func HasName(file *os.File) bool {
	var opened, named unix.Stat_t
	fd, err := openPath(file.Name(), unix.O_PATH)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	return unix.Fstat(int(file.Fd()), &opened) == nil && unix.Fstat(fd, &named) == nil &&
		opened.Dev == named.Dev && opened.Ino == named.Ino
}

// Read returns the content of such a file, which must not be longer than limit.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return ReadOpen(file, limit)
}

// ReadOpen is Read for a file that is open. It takes no more memory than the file's size, and
// reads at most one byte more of a file that grows meanwhile.
func ReadOpen(file *os.File, limit int64) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	tooLong := fmt.Errorf("%s is longer than %d bytes", file.Name(), limit)
	if info.Size() > limit {
		return nil, tooLong
	}
	text := make([]byte, info.Size()+1)
	n, err := io.ReadFull(file, text)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return text[:n], nil
	case err != nil:
		return nil, err
	}
	return nil, fmt.Errorf("%s grew while it was read", file.Name())
}

// ReadOpen is ReadOpen for a file whose content look may take.
func (l *Look) ReadOpen(file *os.File, limit int64) ([]byte, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() <= limit { // otherwise it is not read
		if err := l.Take(int(info.Size())); err != nil {
			return nil, err
		}
	}
	return ReadOpen(file, limit)
}

// Write replaces the content of a file of this user at once, so that nobody reads a part of it.
// Only one writer at a time may write to a file.
func Write(path string, text []byte) error {
	fresh := path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	mode := file.Chmod(0o644) // whatever the umask is
	if err := errors.Join(err, mode, file.Close()); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
