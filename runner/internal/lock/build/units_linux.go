package build

import (
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"golang.org/x/sys/unix"
)

// units are the units of one group that one holder takes: its weight of them
// exclusively, or a share in every one of them, so that any exclusive holder
// is in the way of every shared one.
type units struct {
	label string
	paths [][]string
	open  [][]*lockFile // as paths; a unit is open from the first try on
	taken []bool
	need  int
	how   int
}

func newUnits(paths [][]string, n group.Need) *units {
	u := &units{
		label: n.Group,
		paths: paths,
		open:  make([][]*lockFile, len(paths)),
		taken: make([]bool, len(paths)),
		need:  n.Weight,
		how:   unix.LOCK_EX,
	}
	if n.Mode == group.Shared {
		u.need, u.how = len(paths), unix.LOCK_SH
	}
	return u
}

// take tries to take the units that are still missing, and reports whether
// none is. What it got it keeps: its caller is first in the queue, so nobody
// else could use it.
func (u *units) take() (bool, error) {
	for i := range u.paths {
		if u.need == 0 {
			break
		}
		if u.taken[i] {
			continue
		}
		taken, err := u.takeUnit(i)
		if err != nil {
			return false, err
		}
		if taken {
			u.taken[i] = true
			u.need--
		}
	}
	if u.need > 0 {
		return false, nil
	}
	u.closeUnused()
	return true, nil
}

// takeUnit takes all copies of unit i or none. It keeps their files open: a
// close would wake this very waiter.
func (u *units) takeUnit(i int) (bool, error) {
	if u.open[i] == nil {
		for _, path := range u.paths[i] {
			f, err := openLockFile(path)
			if err != nil {
				return false, err
			}
			u.open[i] = append(u.open[i], f)
		}
	}
	for n, f := range u.open[i] {
		locked, err := f.tryLock(u.how)
		if err != nil {
			return false, err
		}
		if !locked {
			for _, earlier := range u.open[i][:n] {
				earlier.unlock()
			}
			return false, nil
		}
	}
	return true, nil
}

// slots returns the numbers of those that are taken.
func (u *units) slots() []int {
	var slots []int
	for i, taken := range u.taken {
		if taken {
			slots = append(slots, i)
		}
	}
	return slots
}

func (u *units) closeUnused() {
	for i, files := range u.open {
		if !u.taken[i] {
			closeAll(files)
			u.open[i] = nil
		}
	}
}

// release gives everything back.
func (u *units) release() {
	for _, files := range slices.Backward(u.open) {
		closeAll(files)
	}
}

func closeAll(files []*lockFile) {
	for _, f := range files {
		f.close()
	}
}
