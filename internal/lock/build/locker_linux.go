package build

import (
	"path"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/register"
)

// New returns a locker for groups, whose files resolve finds. Acquire returns a *CopyError if a
// file is a copy that would exclude nobody.
func New(groups []Group, resolve Resolve) lock.Locker {
	byLabel := make(map[string]Group, len(groups))
	var plain []group.Group
	for _, g := range groups {
		byLabel[g.Label] = g
		plain = append(plain, g.Group)
	}
	return register.New(plain, func(g group.Group) (register.Place, error) {
		return findPlace(byLabel[g.Label], resolve)
	})
}

// findPlace returns the files of g in every configuration that has been built.
//
// Each configuration has a copy of its own, so a register is the set of its copies, and to claim
// a byte is to claim it in all of them. Of two runners, the one that looks later sees both its
// own copy and the other's, because a copy exists before any runner of its configuration starts.
// So any two runners have a copy in common.
func findPlace(g Group, resolve Resolve) (register.Place, error) {
	f := &finder{group: g, resolve: resolve, folders: realFolders{}, configurations: map[string][]string{}}
	queue, bazelOut, err := f.copies("queue")
	if err != nil {
		return register.Place{}, err
	}
	units, _, err := f.copies("units")
	if err != nil {
		return register.Place{}, err
	}
	return register.Place{Queue: queue, Units: units, Identity: path.Join(bazelOut, g.Output)}, nil
}
