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

// Variable names the folder, for those who want another one than the machine's
// or their own.
const Variable = "INTERLOCK_HOST_DIR"

// machineFolder is that of all users of the machine.
const machineFolder = "/var/lib/interlock/host"

// ownFolder is that of one user, below the home folder.
const ownFolder = ".local/share/interlock/host"

// initCommand is what makes the folder.
const initCommand = "bazel run @rules_interlock//tools:interlock -- host init"

// Folder returns the folder that Init is to make: what lookup says of Variable,
// or that of the machine for root or if there is one, or the user's own.
func Folder(lookup func(string) (string, bool)) (string, error) {
	return known.folder(lookup, os.Geteuid() == 0)
}

// Find returns the folder of this machine, once it is checked: what lookup says
// of Variable, or that of the machine if there is one, or the user's own.
func Find(lookup func(string) (string, bool)) (string, error) {
	folder, err := known.existing(lookup)
	if err != nil {
		return "", err
	}
	return folder, check(folder)
}

// places are where the folder can be.
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

// hasMachine reports whether there is a folder of the machine. Where that cannot
// be seen it is an error: others may hold groups there.
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

// own returns the user's folder. A test's HOME is not the user's, so it is not
// asked.
func own() (string, error) {
	u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return "", fmt.Errorf("groups of scope \"host\": there is no %s, and the home folder is not known (%w): "+
			"run `%s` as root, or set %s", machineFolder, err, initCommand, Variable)
	}
	return filepath.Join(u.HomeDir, ownFolder), nil
}
