package shm

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// maxUsers is more than the users of a machine. More folders are an attack.
const maxUsers = 10_000

// textCost is the memory taken for each byte of a file, with what is made from it.
const textCost = 4

// Mine returns the path of this user's file called name, in the folder called folder, and its
// content; no path if there is none.
func (l *Look) Mine(folder, name string, limit int64) (path string, text []byte, err error) {
	own, err := l.own()
	if own == "" || err != nil {
		return "", nil, err
	}
	path = filepath.Join(root, own, folder, name)
	text, err = Read(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, nil
	}
	return path, text, err
}

// Others calls use with the content of the files called name of other users, in the folders
// called folder. A file counts if only the user that owns its folder could have written it, and
// if it is not longer than limit. Everything else is left out, and so is what exceeds the bounds
// of the look.
func (l *Look) Others(folder, name string, limit int64, use func(text []byte)) error {
	own, err := l.own()
	if err != nil {
		return err
	}
	users, _, err := l.others(own)
	if err != nil {
		return err
	}
	for _, user := range users {
		if l.isOver() {
			return nil
		}
		l.within(func() {
			if text := l.readOther(user, folder, name, limit); text != nil {
				use(text)
			}
		})
	}
	return nil
}

// others returns the possible names of the folders of other users, in order, and reports whether
// the list is complete.
func (l *Look) others(own string) (users []string, complete bool, err error) {
	complete, err = l.eachFolder(func(name []byte) bool {
		if string(name) == own {
			return true
		}
		if len(users) == maxUsers || l.Take(2*len(name)+64) != nil {
			return false
		}
		users = append(users, string(name))
		return true
	})
	slices.Sort(users)
	return users, complete, err
}

func tooManyUsers() error {
	return fmt.Errorf("%s: the number of folders called %s* %w, or than the %d users that a machine has: the rest is left out",
		root, prefix, ErrBounds, maxUsers)
}

// readOther returns the content of a file of another user; nil if it does not count.
func (l *Look) readOther(user, folder, name string, limit int64) []byte {
	path := filepath.Join(user, folder, name)
	fd, err := openBelow(l.root, path, unix.O_RDONLY)
	if err != nil {
		return nil
	}
	file := asFile(fd, filepath.Join(root, path))
	defer func() { _ = file.Close() }()
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || !isFile(&stat) || stat.Size > limit || canOthersWrite(&stat) {
		return nil
	}
	for _, above := range []string{user, filepath.Join(user, folder)} {
		of, err := statBelow(l.root, above)
		if err != nil || !isFolder(of) || canOthersWrite(of) || owner(above, of) != owner(path, &stat) {
			return nil
		}
	}
	if l.Take(textCost*int(stat.Size)) != nil {
		return nil
	}
	text, err := ReadOpen(file, limit)
	if err != nil {
		return nil
	}
	return text
}

// All returns the paths of the files called name in the folders called folder of all users,
// whether they exist or not. It is for tests that clean up.
func All(folder, name string) ([]string, error) {
	look, err := NewLook()
	if err != nil {
		return nil, err
	}
	defer look.Close()
	users, _, err := look.others("")
	var paths []string
	for _, user := range users {
		paths = append(paths, filepath.Join(root, user, folder, name))
	}
	return paths, err
}
