package register

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Something that is not a plain file is refused at once, by name.
func TestOnlyRegularFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for want, put := range map[string]func() error{
		"is no regular file, and so no lock file: somebody has put something else in its place": func() error {
			return unix.Mkfifo(path, 0o644)
		},
		"lock is no regular file": func() error { return os.Mkdir(path, 0o755) },
		"too many levels of symbolic links": func() error {
			return os.Symlink("/etc/hostname", path)
		},
	} {
		if err := put(); err != nil {
			t.Fatal(err)
		}
		_, err := openLockFile(path)
		mustSay(t, err, path, want)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	_, err := openLockFile(path)
	mustSay(t, err, path)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
}

// A child of the process must not keep its locks.
func TestDescriptorsAreCloseOnExec(t *testing.T) {
	f := mustOpen(t, newPlace(t).Queue[0])
	flags, err := unix.FcntlInt(uintptr(f.fd), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %x, %v, want FD_CLOEXEC", flags, err)
	}
}

// Others see an announcement, only in its range, and only until the close.
func TestAnnouncements(t *testing.T) {
	path := newPlace(t).Units[0]
	one, other := mustOpen(t, path), mustOpen(t, path)
	const at = 1<<62 + 5
	if err := one.announce(at, 1); err != nil {
		t.Fatal(err)
	}
	want := func(from, to int64, found bool) {
		t.Helper()
		got, _, ok, err := other.announcedIn(from, to)
		if err != nil || ok != found || ok && got != at {
			t.Errorf("in [%d, %d) there is %d, %v, %v, want %v", from, to, got, ok, err, found)
		}
	}
	want(at, at+1, true)
	want(0, at+1, true)
	want(0, at, false)
	want(at+1, at+100, false)
	want(at, at, false) // no range, and not "to the end"
	if _, _, found, err := one.announcedIn(at, at+1); found || err != nil {
		t.Errorf("one's own announcement is found: %v, %v", found, err)
	}
	one.close()
	want(0, at+1, false)
}

// A file that is no longer at its path is recognized.
func TestReplacedAndRemovedFiles(t *testing.T) {
	path := newPlace(t).Queue[0]
	f := mustOpen(t, path)
	if !f.isCurrent() {
		t.Error("a file that nobody has touched is not current")
	}
	replace(t, path)
	if f.isCurrent() {
		t.Error("a file is current that another one has replaced")
	}
	f = mustOpen(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if f.isCurrent() {
		t.Error("a file is current that was removed")
	}
}
