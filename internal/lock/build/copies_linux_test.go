package build_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/build/buildtest"
	"golang.org/x/sys/unix"
)

var db = group.Group{Label: "//pkg:db", Name: "db", Scope: group.Build, Definition: group.Definition{Capacity: 1}}

var dbNeed = []group.Need{{Group: db.Label, Weight: 1}}

// A file that only this test sees excludes nobody, so it is refused. The error has the strategy's
// name if the path shows it.
func TestCopiesAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ dir, wantInError string }{
		"hermetic sandbox":     {"out/sandbox/linux-sandbox/7/execroot/_main/bazel-out/k8/bin/pkg", "the strategy linux-sandbox"},
		"a copied runfile":     {"out/execroot/_main/bazel-out/k8/bin/x_test.runfiles/_main/pkg", "exclude nobody"},
		"a remote worker":      {"worker/build/1234/root/bazel-out/k8/bin/pkg", "exclude nobody"},
		"somewhere altogether": {"tmp/pkg", "hermetic sandboxes, Docker and remote execution"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), c.dir)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			for _, file := range buildtest.Files(db) {
				if err := os.WriteFile(filepath.Join(filepath.Dir(dir), file), nil, 0o444); err != nil {
					t.Fatal(err)
				}
			}
			locker := build.New(buildtest.Placed([]group.Group{db}), func(runfile string) (string, error) {
				return filepath.Join(filepath.Dir(dir), runfile), nil
			})
			_, err := locker.Acquire(t.Context(), dbNeed)
			var copied *build.CopyError
			if !errors.As(err, &copied) {
				t.Fatalf("error %v, want a *CopyError", err)
			}
			if text := err.Error(); !strings.Contains(text, c.wantInError) || !strings.Contains(text, db.Label) {
				t.Errorf("error %q, want %q in it", text, c.wantInError)
			}
		})
	}
}

// Sandboxes make runfiles that are links to the output base.
func TestLinksAreFollowed(t *testing.T) {
	base := buildtest.New(t, []group.Group{db})
	holder := mustAcquire(t, base.Open())
	links := t.TempDir()
	for _, file := range buildtest.Files(db) {
		link := filepath.Join(links, file)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(base.Path(buildtest.Configuration, file), link); err != nil {
			t.Fatal(err)
		}
	}
	sandboxed := build.New(buildtest.Placed(base.Groups), func(runfile string) (string, error) {
		return filepath.Join(links, runfile), nil
	})
	mustWait(t, sandboxed)
	holder.Release()
	mustAcquire(t, sandboxed).Release()
}

// A file that was replaced while somebody waited for it is locked again: a lock on the old one
// would exclude only the processes that opened it before.
func TestReplacedFileIsTakenAnew(t *testing.T) {
	base := buildtest.New(t, []group.Group{db})
	old := mustAcquire(t, base.Open())
	got := make(chan error, 1)
	waiting := waitingContext(t)
	go func() {
		held, err := base.Open().Acquire(waiting.ctx, dbNeed)
		if err == nil {
			defer held.Release()
		}
		got <- err
	}()
	<-waiting.begun
	unit := base.Path(buildtest.Configuration, "pkg/db.units.lock")
	if err := os.Remove(unit); err != nil {
		t.Fatal(err)
	}
	base.Open() // builds the missing file
	newFile, err := os.Open(unit)
	if err != nil {
		t.Fatal(err)
	}
	firstUnit := unix.Flock_t{Type: unix.F_RDLCK, Len: 1}
	if err := unix.FcntlFlock(newFile.Fd(), unix.F_OFD_SETLK, &firstUnit); err != nil {
		t.Fatal(err)
	}
	old.Release()
	select {
	case err := <-got:
		t.Fatalf("it holds a file that is gone (error %v)", err)
	case <-time.After(200 * time.Millisecond):
	}
	newFile.Close()
	select {
	case err := <-got:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it still waits for a file that is gone")
	}
}

// If a file of the group is missing, the error says which.
func TestMissingFileIsNamed(t *testing.T) {
	base := buildtest.New(t, []group.Group{db})
	locker := base.Open()
	if err := os.Remove(base.Path(buildtest.Configuration, "pkg/db.units.lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := locker.Acquire(t.Context(), dbNeed); err == nil || !strings.Contains(err.Error(), "db.units.lock") {
		t.Errorf("error %v, want the file's name in it", err)
	}
}
