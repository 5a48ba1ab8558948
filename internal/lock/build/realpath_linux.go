package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// realFolders caches the real paths of folders. All lock files of a group are in one folder, and
// so are the files that they link to. To follow the links in every part of every path again would
// take most of the time of a process's first acquisition.
type realFolders map[string]string

// realPath returns the same path as filepath.EvalSymlinks.
func (r realFolders) realPath(path string) (string, error) {
	const mostLinks = 8 // sandboxes make two or three
	given := path
	for range mostLinks {
		folder, err := r.realFolder(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		path = folder + "/" + filepath.Base(path)
		target, err := os.Readlink(path)
		if errors.Is(err, unix.EINVAL) {
			return path, nil // it is not a link
		}
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) || target != filepath.Clean(target) {
			break // what such a link means depends on other links
		}
		path = target
	}
	return filepath.EvalSymlinks(given)
}

func (r realFolders) realFolder(folder string) (string, error) {
	if real, ok := r[folder]; ok {
		return real, nil
	}
	real, err := pathOfFolder(folder)
	if err == nil {
		r[folder] = real
	}
	return real, err
}

// pathOfFolder returns the real path of a folder. It opens the folder and asks the kernel, which
// follows all links at once, for the path. If that does not lead there (without /proc, for
// example), it calls EvalSymlinks, which follows the links one by one.
func pathOfFolder(folder string) (string, error) {
	fd, err := unix.Open(folder, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return filepath.EvalSymlinks(folder)
	}
	defer func() { _ = unix.Close(fd) }()
	if path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err == nil && isOpen(fd, path) {
		return path, nil
	}
	return filepath.EvalSymlinks(folder)
}

// isOpen reports whether path names the file that is open as fd.
func isOpen(fd int, path string) bool {
	var opened, named unix.Stat_t
	return unix.Fstat(fd, &opened) == nil && unix.Lstat(path, &named) == nil &&
		opened.Dev == named.Dev && opened.Ino == named.Ino
}

// isRegular reports whether path is a regular file itself, and not a link to one.
func isRegular(path string) bool {
	var stat unix.Stat_t
	return unix.Lstat(path, &stat) == nil && stat.Mode&unix.S_IFMT == unix.S_IFREG
}

func exists(path string) bool {
	var stat unix.Stat_t
	return unix.Lstat(path, &stat) == nil
}
