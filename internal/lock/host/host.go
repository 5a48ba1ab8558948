// Package host keeps all processes of a machine apart: those of every Bazel server, workspace and
// user, and scripts that are not tests.
//
// It keeps registers (package register) in a folder that `interlock host init` makes once. Every
// user can read the folder and nobody writes to it. A group's key determines its files, and its
// region in them.
package host

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/register"
)

// MaxBypass is the bound of package register.
const MaxBypass = register.MaxBypass

// pairs is the number of pairs of files. The more pairs there are, the fewer waiters are woken in
// vain by processes that use another group.
const pairs = 64

// New returns a locker for groups, in the folder that Find finds with lookup, a function like
// os.LookupEnv. Acquire returns a *FolderError if the folder does not exist or cannot be trusted.
func New(groups []group.Group, lookup func(string) (string, bool)) lock.Locker {
	var folder string // set once it is found, and all its files are checked
	return register.New(groups, func(g group.Group) (register.Place, error) {
		if folder == "" {
			found, err := Find(lookup)
			if err != nil {
				return register.Place{}, fmt.Errorf("%s: %w", g.Label, err)
			}
			folder = found
		}
		return placeIn(folder, g.Key), nil
	})
}

func placeIn(folder, key string) register.Place {
	sum := sha256.Sum256([]byte(key))
	pair := int(sum[0]) % pairs
	return register.Place{
		Queue:    []string{filepath.Join(folder, queueFile(pair))},
		Units:    []string{filepath.Join(folder, unitsFile(pair))},
		Region:   int64(binary.BigEndian.Uint64(sum[1:]) % register.Regions),
		Agree:    true,
		Identity: "host " + folder + " " + key,
	}
}

func queueFile(pair int) string { return fmt.Sprintf("%02d.queue.lock", pair) }
func unitsFile(pair int) string { return fmt.Sprintf("%02d.units.lock", pair) }

// fileNames returns the names of all files of the folder.
func fileNames() []string {
	var names []string
	for pair := range pairs {
		names = append(names, queueFile(pair), unitsFile(pair))
	}
	return names
}
