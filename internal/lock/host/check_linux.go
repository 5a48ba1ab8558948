package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// FolderError says why a folder is not fit to keep locks in: its locks would exclude nobody, or
// other users could break them.
type FolderError struct {
	// Path is what is wrong: the folder, a folder above it, or a file in it.
	Path string
	// Problem says what is wrong with it.
	Problem string

	above bool // the path is above the folder
}

// Error names the path, the problem and the remedy.
func (e *FolderError) Error() string {
	remedy := fmt.Sprintf("when no test runs, remove the folder for locks and run `%s`", initCommand)
	if e.above {
		remedy = fmt.Sprintf("mend that, or set %s to a folder elsewhere and run `%s`", Variable, initCommand)
	}
	return fmt.Sprintf("%s %s, so locks would not be safe: %s", e.Path, e.Problem, remedy)
}

// check makes sure that Init has made folder, and that only its owner or root can change it.
func check(folder string) error {
	owners, err := trustedOwners()
	if err != nil {
		return err
	}
	for _, check := range []func() error{
		func() error { return owners.checkFolder(folder) },
		func() error { return owners.checkParents(folder) },
		func() error { return owners.checkFiles(folder) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// owners are the users, by their numbers in this process's user namespace, that may own the files
// and folders of locks.
type owners []uint32

// trustedOwners returns root and this user. In a user namespace, such as a sandbox makes, all
// other users, including root, are mapped to one user that owns nothing (user_namespaces(7),
// "Unmapped user and group IDs").
func trustedOwners() (owners, error) {
	trusted := owners{0, uint32(os.Geteuid())}
	mapping, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return trusted, nil // this kernel has no user namespaces
	}
	if strings.Join(strings.Fields(string(mapping)), " ") == "0 0 4294967295" {
		return trusted, nil
	}
	text, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil {
		return nil, err
	}
	var unmapped uint32
	if _, err := fmt.Sscan(string(text), &unmapped); err != nil {
		return nil, fmt.Errorf("/proc/sys/kernel/overflowuid: %w", err)
	}
	return append(trusted, unmapped), nil
}

func (o owners) trust(stat *unix.Stat_t) bool { return slices.Contains(o, stat.Uid) }

func (o owners) checkFolder(folder string) error {
	stat, err := lstat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s does not exist: run `%s`", folder, initCommand)
	case err != nil:
		return err
	case stat.Mode&unix.S_IFMT == unix.S_IFLNK:
		return &FolderError{Path: folder, Problem: "is a symbolic link"}
	case stat.Mode&unix.S_IFMT != unix.S_IFDIR:
		return &FolderError{Path: folder, Problem: "is no folder"}
	case !o.trust(stat):
		return &FolderError{Path: folder, Problem: fmt.Sprintf("belongs to user %d, and not to root or this user", stat.Uid)}
	case stat.Mode&0o022 != 0:
		return &FolderError{Path: folder, Problem: "can be written by others"}
	}
	return nil
}

// checkParents makes sure that nobody else can replace the folder, neither by its path nor, if
// the path contains a link, by the path that the link leads to.
func (o owners) checkParents(folder string) error {
	parent := filepath.Dir(folder)
	real, err := filepath.EvalSymlinks(parent)
	if err != nil {
		return err
	}
	if err := o.checkUpwards(parent); err != nil || real == parent {
		return err
	}
	return o.checkUpwards(real)
}

// checkUpwards checks a folder and all folders above it. In a folder with the sticky bit, such as
// /tmp, only the owner of an entry can replace it.
func (o owners) checkUpwards(folder string) error {
	for ; ; folder = filepath.Dir(folder) {
		stat, err := lstat(folder)
		if err != nil {
			return err
		}
		switch {
		case !o.trust(stat):
			return &FolderError{Path: folder, Problem: fmt.Sprintf("is above the folder for locks and belongs to user %d, "+
				"and not to root or this user", stat.Uid), above: true}
		case stat.Mode&unix.S_IFMT != unix.S_IFLNK && stat.Mode&0o022 != 0 && stat.Mode&unix.S_ISVTX == 0:
			return &FolderError{Path: folder, Problem: "is above the folder for locks and can be written by others", above: true}
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
	}
}

func (o owners) checkFiles(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if want := 2 * pairs; len(entries) != want {
		return &FolderError{Path: folder, Problem: fmt.Sprintf("has %d files, and not the %d that belong there", len(entries), want)}
	}
	for _, name := range fileNames() {
		if err := o.checkFile(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func (o owners) checkFile(path string) error {
	stat, err := lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &FolderError{Path: path, Problem: "is missing"}
	case err != nil:
		return err
	case stat.Mode&unix.S_IFMT != unix.S_IFREG:
		return &FolderError{Path: path, Problem: "is no regular file"}
	case !o.trust(stat):
		return &FolderError{Path: path, Problem: fmt.Sprintf("belongs to user %d, and not to root or this user", stat.Uid)}
	case stat.Mode&0o222 != 0:
		return &FolderError{Path: path, Problem: "can be written"}
	case stat.Nlink != 1:
		return &FolderError{Path: path, Problem: "has a second name"}
	}
	return nil
}

func lstat(path string) (*unix.Stat_t, error) {
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return &stat, nil
}
