package shm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// How many files are looked at: more are an attack, or a mistake.
const (
	maxFilesOfUser = 4096
	maxFiles       = 65_536
)

// List returns the paths of the files in the folders called name of all users,
// those of this user first. What is wrong with one folder hides no other: it is
// among the problems, each of which is one line.
func List(name string) (files []string, problems []error) {
	users, err := userFolders()
	if err != nil {
		return nil, []error{err}
	}
	for _, user := range users {
		names, err := namesIn(user, name)
		if err != nil {
			problems = append(problems, err)
		}
		for _, n := range names {
			files = append(files, filepath.Join(user, name, n))
		}
		if len(files) > maxFiles {
			return files, append(problems, fmt.Errorf("%s has more than %d files: the rest is left out", root, maxFiles))
		}
	}
	return files, problems
}

// userFolders returns the paths of all users' folders, this user's first.
func userFolders() ([]string, error) {
	if _, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("%w: what the runners of this machine tell one another would be there", err)
	}
	users, err := filepath.Glob(filepath.Join(root, prefix+"*"))
	if err != nil {
		return nil, err
	}
	if len(users) > maxUsers {
		return nil, tooManyUsers(len(users))
	}
	if own := slices.Index(users, ownFolder()); own > 0 {
		users = slices.Insert(slices.Delete(users, own, own+1), 0, ownFolder())
	}
	return users, nil
}

// namesIn returns the names of what is in the folder called name of a user's
// folder, in no order; none if there is no such folder.
func namesIn(user, name string) ([]string, error) {
	if user == ownFolder() {
		if err := checkOwn(user); err != nil {
			return nil, err
		}
	}
	folder, err := openFolder(user, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = folder.Close() }()
	names, err := folder.Readdirnames(maxFilesOfUser + 1)
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, err
	case len(names) > maxFilesOfUser:
		return names[:maxFilesOfUser], fmt.Errorf("%s has more than %d files: the rest is left out", folder.Name(), maxFilesOfUser)
	}
	return names, nil
}

// openFolder opens a folder in a user's folder. Neither may be a link, which
// could lead anywhere.
func openFolder(user, name string) (*os.File, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK
	parent, err := unix.Open(user, flags, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: user, Err: err}
	}
	defer func() { _ = unix.Close(parent) }()
	path := filepath.Join(user, name)
	fd, err := unix.Openat(parent, name, flags, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}
