package shm

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"golang.org/x/sys/unix"
)

// Own returns the path of this user's folder called name, and makes it if necessary.
func Own(name string) (string, error) {
	folder, err := findOrMakeOwn()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, folder, name)
	return path, makeFolder(path)
}

// usualName is the name of the user's folder, unless a stranger has taken that name.
func (u user) usualName() string { return prefix + strconv.Itoa(u.outside) }

// possibleName matches the possible names of a user's folder.
var possibleName = regexp.MustCompile("^" + prefix + `[0-9]+(\.[A-Z0-9]+)?$`)

// findOrMakeOwn returns the name of this user's folder. If the usual name is a stranger's, the
// folder has a name that nobody could foresee. All runners find the same folder by its owner, and
// not by its name.
func findOrMakeOwn() (string, error) {
	u, err := thisUser()
	if err != nil {
		return "", err
	}
	usual := u.usualName()
	name, err := findOwn()
	if name == "" && (err == nil || errors.Is(err, ErrBounds)) {
		if err := makeOwn(usual); err != nil {
			return "", err
		}
		name, err = findOwn()
	}
	if name != "" || err != nil {
		return name, err
	}
	return makeUnforeseen(usual)
}

// makeUnforeseen makes a folder with a name that nobody could have taken. Another runner may make
// one at the same time: then both use the same one.
func makeUnforeseen(usual string) (string, error) {
	fresh := usual + "." + rand.Text()
	if err := makeOwn(fresh); err != nil {
		return "", err
	}
	name, err := findOwn()
	if name == "" && err == nil {
		err = fmt.Errorf("%s was made for user %d, and belongs to somebody else: interlock cannot use shared memory like this",
			filepath.Join(root, fresh), os.Geteuid())
	}
	if err != nil {
		_ = os.Remove(filepath.Join(root, fresh))
	}
	return name, err
}

// makeOwn makes a folder of this user, unless something has that name.
func makeOwn(name string) error {
	path := filepath.Join(root, name)
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		err = os.Chmod(path, 0o755) // whatever the umask is
	}
	if err != nil {
		return cannotMake(err)
	}
	return nil
}

func cannotMake(err error) error {
	return fmt.Errorf("%w: interlock needs a folder there, in shared memory, for what the runners of this machine "+
		"tell one another", err)
}

func findOwn() (string, error) {
	look, err := NewLook()
	if err != nil {
		return "", cannotMake(err)
	}
	defer look.Close()
	return look.own()
}

// own returns the name of this user's folder; "" if there is none. It is the folder with the
// usual name, or else the first one in order that this user owns.
func (l *Look) own() (string, error) {
	u, err := thisUser()
	if err != nil {
		return "", err
	}
	usual := u.usualName()
	stat, err := statBelow(l.root, usual)
	if err == nil && u.owns(l.root, usual, stat) {
		return usual, checkOwn(filepath.Join(root, usual), stat)
	}
	found := ""
	complete, err := l.eachFolder(func(name []byte) bool {
		if (found == "" || string(name) < found) && possibleName.Match(name) && l.isOwn(u, string(name)) {
			found = string(name)
		}
		return true
	})
	if err == nil && found == "" && !complete {
		err = fmt.Errorf("%s: where the folder of user %d is cannot be told: the number of entries %w; "+
			"have those removed that nobody needs", root, u.outside, ErrBounds)
	}
	return found, err
}

// isOwn reports whether a folder belongs to the user and only that user can write there.
func (l *Look) isOwn(u user, name string) bool {
	stat, err := statBelow(l.root, name)
	return err == nil && isFolder(stat) && u.owns(l.root, name, stat) && !canOthersWrite(stat)
}

// makeFolder makes a folder inside this user's folder that all can read and only this user can
// write, or makes sure that it is one.
func makeFolder(path string) error {
	err := os.Mkdir(path, 0o755)
	if err == nil {
		err = os.Chmod(path, 0o755) // whatever the umask is
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return cannotMake(err)
	}
	var stat unix.Stat_t
	if err := unix.Lstat(path, &stat); err != nil {
		return &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	u, err := thisUser()
	if err != nil {
		return err
	}
	if whose := owner(path, &stat); whose != u.inside {
		return fmt.Errorf("%s belongs to user %d, and not to user %d, whose it should be: have it removed", path, whose, u.inside)
	}
	return checkOwn(path, &stat)
}

// checkOwn makes sure that something this user owns is a folder that only this user can write to.
func checkOwn(path string, stat *unix.Stat_t) error {
	switch {
	case !isFolder(stat):
		return fmt.Errorf("%s is no folder: remove it", path)
	case canOthersWrite(stat):
		return fmt.Errorf("%s can be written by others: run `chmod go-w %s`, or remove it", path, path)
	}
	return nil
}
