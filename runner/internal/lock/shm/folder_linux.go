package shm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// root is where all users have their folders; a variable for tests.
var root = "/dev/shm"

const prefix = "interlock-"

// maxUsers is more users than a machine has; more folders are an attack.
const maxUsers = 10_000

// Own returns the path of this user's folder called name, and makes it if need be.
func Own(name string) (string, error) {
	path := ownFolder()
	for _, folder := range []string{path, filepath.Join(path, name)} {
		if err := makeFolder(folder); err != nil {
			return "", err
		}
	}
	return filepath.Join(path, name), nil
}

// ownFolder is the path of this user's folder.
func ownFolder() string { return filepath.Join(root, prefix+strconv.Itoa(os.Geteuid())) }

// makeFolder makes a folder that all can read and only this user can write, or
// makes sure that it is one.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o755)
	if err == nil {
		err = os.Chmod(path, 0o755) // whatever the umask is
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: interlock needs a folder there, in shared memory, for what the runners of this machine "+
			"tell one another", err)
	}
	return checkOwn(path)
}

// checkOwn makes sure that path is a folder that only this user can write.
func checkOwn(path string) error {
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	switch {
	case stat.Mode&unix.S_IFMT != unix.S_IFDIR:
		return fmt.Errorf("%s is no folder: remove it", path)
	case int(stat.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to user %d, and not to user %d, whose it should be: have it removed", path, stat.Uid, os.Geteuid())
	case stat.Mode&0o022 != 0:
		return fmt.Errorf("%s can be written by others: run `chmod go-w %s`, or remove it", path, path)
	}
	return nil
}

// All returns the paths of the files called name in the folders called folder
// of all users.
func All(folder, name string) ([]string, error) {
	users, err := filepath.Glob(filepath.Join(root, prefix+"*"))
	if err != nil {
		return nil, err
	}
	if len(users) > maxUsers {
		return nil, tooManyUsers(len(users))
	}
	var files []string
	for _, user := range users {
		files = append(files, filepath.Join(user, folder, name))
	}
	return files, nil
}

func tooManyUsers(n int) error {
	return fmt.Errorf("%s has %d folders called %s*, more than a machine has users: remove those that nobody needs",
		root, n, prefix)
}

// ErrNotAFile is wrapped by the error of Open for what is no regular file.
var ErrNotAFile = errors.New("not a regular file")

// Open opens a file that anybody may have made, without waiting for anything
// and without following a link.
func Open(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	file := os.NewFile(uintptr(fd), path)
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, ErrNotAFile)
	}
	return file, nil
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

// ReadOpen is Read for a file that is open.
func ReadOpen(file *os.File, limit int64) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s is longer than %d bytes", file.Name(), limit)
	}
	return text, err
}

// Write puts text in place of the content of a file of this user at once, so that
// nobody reads a part of it. Only one at a time may write to a file.
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
