package host

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asSomebody does something as another user sees files, if this one is root.
func asSomebody(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		if os.Geteuid() == 0 {
			_ = unix.Setfsuid(12345)
		}
		do()
	}()
	<-done
}

// A folder that may exist but cannot be seen does not count as missing: others may hold groups
// there.
func TestMachineFolderThatCannotBeSeen(t *testing.T) {
	dir := t.TempDir()
	closed := filepath.Join(dir, "closed")
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.MkdirAll(filepath.Join(closed, "in", "host"), 0o755), os.Chmod(closed, 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(closed, 0o700) })
	p := places{filepath.Join(closed, "in", "host"), func() (string, error) { return filepath.Join(dir, "own"), nil }}
	lookup := func(string) (string, bool) { return "", false }
	var seen error
	errs := map[string]error{}
	asSomebody(func() {
		_, seen = os.Lstat(p.machine)
		_, errs["a test"] = p.existing(lookup)
		_, errs["`host init`"] = p.folder(lookup, false)
	})
	if seen == nil {
		t.Skip("this user may enter any folder")
	}
	for name, err := range errs {
		for _, want := range []string{"whether there is " + p.machine, "cannot be seen by this user: as root, run `chmod a+x " + closed + "`", Variable} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q in it", name, err, want)
			}
		}
	}
}

// The machine's folder is useless if others cannot reach it.
func TestInitWhereOthersCannotReach(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(dir, "closed")
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Mkdir(closed, 0o700)); err != nil {
		t.Fatal(err)
	}
	before := known
	t.Cleanup(func() { known = before })
	folder := filepath.Join(closed, "host")
	known.machine = folder
	want := closed + " has mode 0700, so other users cannot reach " + folder + ": run `chmod a+x " + closed + "`"
	if err := Init(folder); err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	if entries, err := os.ReadDir(closed); len(entries) > 0 || err != nil {
		t.Errorf("it made %v, %v all the same", entries, err)
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := Init(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Init(folder); err == nil || err.Error() != want {
		t.Errorf("once it is there: error %v, want %q", err, want)
	}
}
