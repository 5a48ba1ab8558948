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

// maxFilesOfUser is how many files of a user are looked at. More are an attack or a mistake.
const maxFilesOfUser = 4096

// nameCost is the most memory that a name takes, with what is made from it.
const nameCost = 512

// maxProblems is how many problems are reported, so that people can read them.
const maxProblems = 20

// visit is a visit of all users' files, and the problems found.
type visit struct {
	*Look
	do       func(look *Look, path string) error
	problems []error
}

// Visit calls do with the paths of the files in the folders called name of all users, those of
// this user first. A broken file or folder does not hide the others: it is one of the problems,
// each of which is one line. So is everything that is left out because of the bounds of a look.
// If do returns an error that wraps ErrBounds, the rest of the folder is left out.
func Visit(name string, do func(look *Look, path string) error) (problems []error) {
	look, err := NewLook()
	if err != nil {
		return []error{fmt.Errorf("%w: what the runners of this machine tell one another would be there", err)}
	}
	defer look.Close()
	v := &visit{Look: look, do: do}
	own, err := look.own()
	v.note(err)
	if own != "" && err == nil {
		v.folder(own, name)
	}
	users, complete, err := look.others(own)
	v.note(err)
	v.others(users, name)
	if !complete && err == nil {
		v.note(tooManyUsers())
	}
	return v.problems
}

// others visits the folders of other users.
func (v *visit) others(users []string, name string) {
	for _, user := range users {
		if v.isOver() {
			v.note(fmt.Errorf("%s and what comes after it %w: that is left out", filepath.Join(root, user), ErrBounds))
			return
		}
		v.within(func() { v.folder(user, name) })
	}
}

// folder visits the files in the folder called name of one user.
func (v *visit) folder(user, name string) {
	names, err := v.namesIn(user, name)
	v.note(err)
	for _, n := range names {
		path := filepath.Join(root, user, name, n)
		err := v.do(v.Look, path)
		if errors.Is(err, ErrBounds) {
			v.note(fmt.Errorf("%s, with what was before it in the folder, %w: it and the rest is left out", path, ErrBounds))
			return
		}
		v.note(err)
	}
}

// namesIn returns the names of the entries of the folder called name in a user's folder, in no
// order; none if there is no such folder.
func (v *visit) namesIn(user, name string) ([]string, error) {
	path := filepath.Join(user, name)
	fd, err := openBelow(v.root, user, unix.O_PATH|unix.O_DIRECTORY) // says which of the two is no folder
	if err != nil {
		return nil, err
	}
	_ = unix.Close(fd)
	fd, err = openBelow(v.root, path, unix.O_RDONLY|unix.O_DIRECTORY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	folder := asFile(fd, filepath.Join(root, path))
	defer func() { _ = folder.Close() }()
	return v.namesOf(folder)
}

// namesOf reads names in small batches, until there are enough.
func (v *visit) namesOf(folder *os.File) (names []string, err error) {
	for {
		more, err := folder.Readdirnames(256)
		if errors.Is(err, io.EOF) {
			return names, nil
		}
		if err != nil {
			return names, err
		}
		names = append(names, more...)
		if len(names) > maxFilesOfUser {
			return names[:maxFilesOfUser], fmt.Errorf("%s has more than %d files: the rest is left out", folder.Name(), maxFilesOfUser)
		}
		if v.Take(len(more)*nameCost) != nil {
			return names, fmt.Errorf("%s: the number of files %w: the rest is left out", folder.Name(), ErrBounds)
		}
	}
}

// note adds a problem.
func (v *visit) note(err error) {
	switch {
	case err == nil || len(v.problems) > maxProblems:
	case len(v.problems) == maxProblems:
		v.problems = append(v.problems, fmt.Errorf("%s: more is wrong there: that is left out", root))
	default:
		v.problems = append(v.problems, err)
	}
}
