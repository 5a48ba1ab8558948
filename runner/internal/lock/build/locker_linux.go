package build

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"golang.org/x/sys/unix"
)

// locker takes group after group in canonical order, and of each group first
// a place in its queue, then its units, then leaves the queue.
type locker struct {
	groups  map[string]Group
	resolve Resolve
	watcher *watcher

	mu    sync.Mutex
	files map[string]*groupFiles // by label, found when first needed
}

// New returns a locker for groups, whose files resolve finds.
func New(groups []Group, resolve Resolve) lock.Locker {
	l := &locker{
		groups:  make(map[string]Group, len(groups)),
		resolve: resolve,
		watcher: newWatcher(),
		files:   map[string]*groupFiles{},
	}
	for _, g := range groups {
		l.groups[g.Label] = g
	}
	return l
}

// Acquire implements lock.Locker. It returns a *CopyError where the files are
// copies that would exclude nobody.
func (l *locker) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	needs = group.Canonical(needs)
	if err := l.validate(needs); err != nil {
		return nil, err
	}
	h := &held{}
	for _, n := range needs {
		units, err := l.acquireOne(ctx, n)
		if err != nil {
			h.Release()
			return nil, err
		}
		h.units = append(h.units, units)
	}
	return h, nil
}

func (l *locker) validate(needs []group.Need) error {
	for _, n := range needs {
		g, ok := l.groups[n.Group]
		if !ok {
			return fmt.Errorf("%s: %w", n.Group, lock.ErrUnknownGroup)
		}
		if err := n.Validate(g.Group); err != nil {
			return err
		}
	}
	return nil
}

// acquireOne takes what n needs of one group. Only the first in the group's
// queue tries to take units, so two that have a part each never wait for one
// another, and an exclusive holder is not starved by shared ones.
func (l *locker) acquireOne(ctx context.Context, n group.Need) (*units, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	files, err := l.filesOf(n.Group)
	if err != nil {
		return nil, err
	}
	place, err := joinQueue(ctx, files.turnstile)
	if err != nil {
		return nil, fmt.Errorf("%s: queue: %w", n.Group, err)
	}
	defer place.leave()
	defer l.watcher.use()()
	waitFor := func(paths []string, ready func() (bool, error)) error {
		return l.watcher.wait(ctx, paths, ready, func() { lock.Waiting(ctx, n.Group) })
	}
	if err := waitFor(files.turnstile, place.isFirst); err != nil {
		return nil, err
	}
	u := newUnits(files.units, n)
	if err := waitFor(slices.Concat(files.units...), u.take); err != nil {
		u.release()
		return nil, err
	}
	return u, nil
}

// filesOf finds the files of a group once: a copy that another configuration
// makes later is found by its own runners, which see ours too.
func (l *locker) filesOf(label string) (*groupFiles, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if files, ok := l.files[label]; ok {
		return files, nil
	}
	files, err := findFiles(l.groups[label], l.resolve)
	if err != nil {
		return nil, err
	}
	l.files[label] = files
	return files, nil
}

// held is the units of all groups of one Acquire.
type held struct {
	once  sync.Once
	units []*units
}

func (h *held) Release() {
	h.once.Do(func() {
		for _, u := range slices.Backward(h.units) {
			u.release()
		}
	})
}

// Slots implements lock.Held.
func (h *held) Slots() map[string][]int {
	slots := map[string][]int{}
	for _, u := range h.units {
		if u.how == unix.LOCK_EX {
			slots[u.label] = u.slots()
		}
	}
	return slots
}

// Lost returns nil: the kernel keeps a flock as long as its holder lives.
func (h *held) Lost() <-chan struct{} { return nil }
