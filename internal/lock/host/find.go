package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// Variable names a folder to use instead of the machine's or the user's own.
const Variable = "INTERLOCK_HOST_DIR"

// machineFolder is the folder for all users of the machine.
const machineFolder = "/var/lib/interlock/host"

// ownFolder is the folder for one user, below the home folder.
const ownFolder = ".local/share/interlock/host"

// initCommand is the command that makes the folder.
const initCommand = "bazel run @rules_interlock//tools:interlock -- host init"

// Folder returns the folder for Init to make: the value of Variable by lookup, or the machine's
// folder if this user is root or that folder exists, or the user's own.
func Folder(lookup func(string) (string, bool)) (string, error) {
	return known.folder(lookup, os.Geteuid() == 0)
}

// Find checks and returns the folder of this machine: the value of Variable by lookup, or the
// machine's folder if it exists, or the user's own.
func Find(lookup func(string) (string, bool)) (string, error) {
	folder, err := known.existing(lookup)
	if err != nil {
		return "", err
	}
	return folder, check(folder)
}

// places are the possible locations of the folder.
type places struct {
	machine string
	own     func() (string, error)
}

var known = places{machineFolder, own}

func (p places) folder(lookup func(string) (string, bool), isRoot bool) (string, error) {
	if folder, ok := lookup(Variable); ok {
		return chosen(folder)
	}
	exists, err := p.hasMachine()
	if err != nil {
		return "", err
	}
	if exists || isRoot {
		return p.machine, nil
	}
	return p.own()
}

// hasMachine reports whether the machine's folder exists. If that cannot be determined, it
// returns an error: other users may hold groups there.
func (p places) hasMachine() (bool, error) {
	_, err := os.Lstat(p.machine)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, fs.ErrPermission):
		return false, fmt.Errorf("whether there is %s, the folder for locks of all users of the machine, cannot be seen by this user: "+
			"as root, run `chmod a+x %s`, or set %s to a folder elsewhere", p.machine, closedAbove(p.machine), Variable)
	}
	return false, err
}

// closedAbove returns the folder above path that this user may not enter.
func closedAbove(path string) string {
	for above := filepath.Dir(path); ; above = filepath.Dir(above) {
		if _, err := os.Lstat(above); err == nil || above == filepath.Dir(above) {
			return above
		}
	}
}

func (p places) existing(lookup func(string) (string, bool)) (string, error) {
	if folder, ok := lookup(Variable); ok {
		return chosen(folder)
	}
	if exists, err := p.hasMachine(); exists || err != nil {
		return p.machine, err
	}
	folder, err := p.own()
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("groups of scope \"host\" need a folder for their locks, and there is neither %s nor %s: "+
			"run `%s` once, as root for all users of the machine", p.machine, folder, initCommand)
	}
	return folder, nil
}

func chosen(folder string) (string, error) {
	if !filepath.IsAbs(folder) || filepath.Clean(folder) != folder {
		return "", fmt.Errorf("%s is %q: want an absolute path without \"..\" and the like", Variable, folder)
	}
	return folder, nil
}

// own returns the user's folder. It ignores HOME: a test's HOME is not the user's.
func own() (string, error) {
	u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return "", fmt.Errorf("groups of scope \"host\": there is no %s, and the home folder is not known (%w): "+
			"run `%s` as root, or set %s", machineFolder, err, initCommand, Variable)
	}
	return filepath.Join(u.HomeDir, ownFolder), nil
}
