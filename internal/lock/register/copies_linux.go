package register

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// copies are the copies of a lock file, one for each configuration in which it was built. An
// announcement is made in all of them.
type copies []*lockFile

// errReplaced is for a file that its path no longer names: others now open another file, and a
// lock on this one excludes nobody.
var errReplaced = errors.New("a lock file was written again while it was waited for")

// openCopies opens all copies. If several paths lead to the same file, as after `cp -al`, it
// opens the file only once: through a second descriptor its own locks would look like somebody
// else's.
func openCopies(paths []string) (copies, error) {
	all := make(copies, 0, len(paths))
	for _, path := range paths {
		f, err := openLockFile(path)
		if err != nil {
			f.close()
			all.close()
			return nil, err
		}
		if slices.ContainsFunc(all, func(o *lockFile) bool { return o.inode == f.inode }) {
			f.close()
			continue
		}
		all = append(all, f)
	}
	return all, nil
}

// areCurrent reports whether all copies are still the files that their paths name.
func (c copies) areCurrent() bool {
	return !slices.ContainsFunc(c, func(f *lockFile) bool { return !f.isCurrent() })
}

// anyIsCurrent reports whether one copy is still the file that its path names. Any other process
// that looks for the file locks that one too.
func (c copies) anyIsCurrent() bool { return slices.ContainsFunc(c, (*lockFile).isCurrent) }

// first returns a byte in [from, to) on which somebody else has a lock.
func (c copies) first(from, to int64) (at int64, found bool, err error) {
	for _, f := range c {
		if at, _, found, err = f.announcedIn(from, to); found || err != nil {
			return at, found, err
		}
	}
	return 0, false, nil
}

// all returns the bytes in [from, to) on which others have locks, up to a limit.
func (c copies) all(from, to int64, limit int) (bytes []int64, err error) {
	for _, f := range c {
		for at := from; len(bytes) < limit; {
			first, last, found, err := f.announcedIn(at, to)
			if err != nil {
				return nil, err
			}
			if !found {
				break
			}
			if !slices.Contains(bytes, first) {
				bytes = append(bytes, first)
			}
			at = last + 1
		}
	}
	return bytes, nil
}

func (c copies) announce(at, count int64) error {
	for _, f := range c {
		if err := f.announce(at, count); err != nil {
			return err
		}
	}
	return nil
}

func (c copies) withdraw(at, count int64) {
	for _, f := range c {
		f.withdraw(at, count)
	}
}

func (c copies) withdrawAll() {
	for _, f := range c {
		f.withdrawAll()
	}
}

func (c copies) ring() {
	for _, f := range c {
		f.ring()
	}
}

func (c copies) close() {
	for _, f := range slices.Backward(c) {
		f.close()
	}
}

func (c copies) descriptors() []int {
	all := make([]int, len(c))
	for i, f := range c {
		all[i] = f.fd
	}
	return all
}

func (c copies) paths() []string {
	all := make([]string, len(c))
	for i, f := range c {
		all[i] = f.path
	}
	return all
}

// lock takes the flock of all copies, in their order. Others hold it for microseconds, so lock
// retries. The pause grows in case a holder was stopped inside.
func (c copies) lock(ctx context.Context) error {
	for i, f := range c {
		if err := lockSoon(ctx, f); err != nil {
			c[:i].unlock()
			return err
		}
	}
	return nil
}

func lockSoon(ctx context.Context, f *lockFile) error {
	const shortest, longest = 20 * time.Microsecond, 5 * time.Millisecond
	for pause := shortest; ; pause = min(2*pause, longest) {
		if ok, err := f.tryLock(); ok || err != nil {
			return err
		}
		if err := rest(ctx, pause); err != nil {
			return err
		}
	}
}

// rest sleeps. A timer of Go's takes a millisecond at least in a process that does nothing else,
// which is long for a doorway; so short pauses are the kernel's.
func rest(ctx context.Context, pause time.Duration) error {
	if pause < time.Millisecond {
		limit := unix.NsecToTimespec(pause.Nanoseconds())
		_ = unix.Nanosleep(&limit, nil)
		return ctx.Err()
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

func (c copies) unlock() {
	for _, f := range slices.Backward(c) {
		f.unlock()
	}
}
