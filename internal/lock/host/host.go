// Package host keeps apart all processes of a machine: those of every Bazel
// server, workspace and user, and scripts that are no tests.
//
// It keeps registers (package register) in a folder that `interlock host init`
// makes once, which everybody can read and nobody writes to. Which of the files
// in it a group has, and which part of that, follows from its key.
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

// MaxBypass is that of the register.
const MaxBypass = register.MaxBypass

// pairs is how many pairs of files there are: more of them, fewer waiters that
// are woken in vain by those of another group.
const pairs = 64

// New returns a locker for groups, in the folder that lookup, a function like
// os.LookupEnv, leads to. Acquire returns a *FolderError where that cannot be
// trusted or does not exist.
func New(groups []group.Group, lookup func(string) (string, bool)) lock.Locker {
	var folder string // once it is found, and all its files checked
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

// fileNames are those of all files of the folder.
func fileNames() []string {
	var names []string
	for pair := range pairs {
		names = append(names, queueFile(pair), unitsFile(pair))
	}
	return names
}
