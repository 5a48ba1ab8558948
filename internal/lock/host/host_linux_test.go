package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/lock/locktest"
	"golang.org/x/sys/unix"
)

// lookupOf returns a function like os.LookupEnv for a folder.
func lookupOf(folder string) func(string) (string, bool) {
	return func(name string) (string, bool) { return folder, name == host.Variable }
}

// newFolder makes a folder for locks.
func newFolder(t *testing.T) string {
	t.Helper()
	parent, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "host")
	if err := host.Init(folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// keyed turns any groups into groups of scope host.
func keyed(groups []group.Group) []group.Group {
	var keyed []group.Group
	for _, g := range groups {
		g.Scope, g.Key = group.Host, "test/"+g.Name
		keyed = append(keyed, g)
	}
	return keyed
}

func TestMain(m *testing.M) {
	locktest.Main(func(text string) (lock.Locker, error) {
		var s space
		err := json.Unmarshal([]byte(text), &s)
		return s.open(), err
	})
	os.Exit(m.Run())
}

// space is a folder for locks, and what is held in it.
type space struct {
	Folder string
	Groups []group.Group
}

func (s space) open() lock.Locker { return host.New(s.Groups, lookupOf(s.Folder)) }

func TestConformance(t *testing.T) {
	newSpace := func(t *testing.T, groups []group.Group) space { return space{newFolder(t), keyed(groups)} }
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker { return newSpace(t, groups).open },
		NewProcessSpace: func(t *testing.T, groups []group.Group) (func() lock.Locker, func([]group.Need) *locktest.Process) {
			s := newSpace(t, groups)
			text, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			return s.open, func(needs []group.Need) *locktest.Process { return locktest.Start(t, string(text), needs) }
		},
		NewRivals: func(t *testing.T) func([]group.Group) lock.Locker {
			folder := newFolder(t)
			return func(groups []group.Group) lock.Locker { return space{folder, keyed(groups)}.open() }
		},
		MaxBypass: host.MaxBypass,
	})
}

func TestInitTwice(t *testing.T) {
	folder := newFolder(t)
	if err := host.Init(folder); !errors.Is(err, host.ErrExists) || !strings.Contains(err.Error(), folder) {
		t.Errorf("error %v, want one that wraps %v and names %s", err, host.ErrExists, folder)
	}
}

// The mode of the files does not depend on the umask.
func TestInitWithAnUmask(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077))
	folder := filepath.Join(filepath.Dir(newFolder(t)), "deep", "down", "host")
	if err := host.Init(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Find(lookupOf(folder)); err != nil {
		t.Error(err)
	}
	for _, made := range []string{folder, filepath.Dir(folder), filepath.Dir(filepath.Dir(folder))} {
		if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o755 {
			t.Errorf("%s: mode %v, %v, want that all can read it", made, info.Mode(), err)
		}
	}
}

// A group with the same key is the same one, whatever its label and its user.
func TestKeyIsTheIdentity(t *testing.T) {
	folder := newFolder(t)
	open := func(label, key string) lock.Locker {
		return host.New([]group.Group{{
			Label: label, Name: "db", Scope: group.Host, Key: key, Definition: group.Definition{Capacity: 1},
		}}, lookupOf(folder))
	}
	a, err := open("//a:db", "acme/db").Acquire(t.Context(), []group.Need{{Group: "//a:db", Weight: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	other, err := open("//a:db", "acme/db2").Acquire(t.Context(), []group.Need{{Group: "//a:db", Weight: 1}})
	if err != nil {
		t.Fatal(err)
	}
	other.Release()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := open("@other//b:db", "acme/db").Acquire(ctx, []group.Need{{Group: "@other//b:db", Weight: 1}}); !errors.Is(err, ctx.Err()) {
		t.Errorf("error %v, want to wait", err)
	}
}

// Two workspaces whose labels sort differently from their keys still acquire groups in the same
// order, and so never wait for one another.
func TestKeysAreTheOrder(t *testing.T) {
	folder := newFolder(t)
	open := func(labels map[string]string) lock.Locker {
		var groups []group.Group
		for label, key := range labels {
			groups = append(groups, group.Group{Label: label, Scope: group.Host, Key: key, Definition: group.Definition{Capacity: 1}})
		}
		return host.New(groups, lookupOf(folder))
	}
	both := []group.Need{{Group: "//:a", Weight: 1}, {Group: "//:b", Weight: 1}}
	var all sync.WaitGroup
	for _, labels := range []map[string]string{{"//:a": "one", "//:b": "two"}, {"//:a": "two", "//:b": "one"}} {
		locker := open(labels)
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			for range 200 {
				held, err := locker.Acquire(ctx, both)
				if err != nil {
					t.Error(err)
					return
				}
				held.Release()
			}
		})
	}
	all.Wait()
}

func TestTwoLabelsOfOneKey(t *testing.T) {
	groups := []group.Group{
		{Label: "//:a", Scope: group.Host, Key: "db", Definition: group.Definition{Capacity: 1}},
		{Label: "//:b", Scope: group.Host, Key: "db", Definition: group.Definition{Capacity: 1}},
	}
	_, err := host.New(groups, lookupOf(newFolder(t))).Acquire(t.Context(),
		[]group.Need{{Group: "//:a", Weight: 1}, {Group: "//:b", Weight: 1}})
	if err == nil || !strings.Contains(err.Error(), `//:a and //:b have the same key "db"`) {
		t.Errorf("error %v", err)
	}
}

// Each kind of folder that could exclude nobody is refused. The error says what is wrong with
// which path.
func TestFoldersThatCannotBeTrusted(t *testing.T) {
	const lockFile = "00.queue.lock"
	for name, c := range map[string]struct {
		spoil func(folder string) error
		want  string
	}{
		"a link": {func(folder string) error {
			return errors.Join(os.Rename(folder, folder+".real"), os.Symlink(folder+".real", folder))
		}, "host is a symbolic link"},
		"a file": {func(folder string) error {
			return errors.Join(os.RemoveAll(folder), os.WriteFile(folder, nil, 0o444))
		}, "host is no folder"},
		"writable":        {func(folder string) error { return os.Chmod(folder, 0o777) }, "host can be written by others"},
		"writable parent": {func(folder string) error { return os.Chmod(filepath.Dir(folder), 0o777) }, "is above the folder for locks and can be written by others"},
		"one file more": {func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "more"), nil, 0o444)
		}, "has 129 files, and not the 128 that belong there"},
		"another file": {func(folder string) error {
			return os.Rename(filepath.Join(folder, lockFile), filepath.Join(folder, "other"))
		}, lockFile + " is missing"},
		"a FIFO": {func(folder string) error {
			path := filepath.Join(folder, lockFile)
			return errors.Join(os.Remove(path), unix.Mkfifo(path, 0o444))
		}, lockFile + " is no regular file"},
		"a link to a file": {func(folder string) error {
			path := filepath.Join(folder, lockFile)
			return errors.Join(os.Rename(path, folder+".file"), os.Symlink(folder+".file", path))
		}, lockFile + " is no regular file"},
		"a writable file": {func(folder string) error {
			return os.Chmod(filepath.Join(folder, lockFile), 0o646)
		}, lockFile + " can be written"},
		"a file with two names": {func(folder string) error {
			return os.Link(filepath.Join(folder, lockFile), folder+".file")
		}, lockFile + " has a second name"},
		"somebody's folder": {func(folder string) error { return os.Chown(folder, 12345, 12345) }, "host belongs to user 12345"},
		"somebody's parent": {func(folder string) error {
			return os.Chown(filepath.Dir(folder), 12345, 12345)
		}, "is above the folder for locks and belongs to user 12345"},
		"somebody's file": {func(folder string) error {
			return os.Chown(filepath.Join(folder, lockFile), 12345, 12345)
		}, lockFile + " belongs to user 12345"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newFolder(t)
			err := c.spoil(folder)
			if strings.HasPrefix(name, "somebody's") && err != nil {
				t.Skipf("only root can give files away, and not in a sandbox: %v", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			g := keyed([]group.Group{{Label: "//:db", Name: "db", Definition: group.Definition{Capacity: 1}}})
			_, err = host.New(g, lookupOf(folder)).Acquire(t.Context(), []group.Need{{Group: "//:db", Weight: 1}})
			var bad *host.FolderError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "host init") {
				t.Errorf("error %v, want a *FolderError with %q and the remedy", err, c.want)
			}
			if initErr := host.Init(folder); initErr == nil || !strings.Contains(initErr.Error(), c.want) {
				t.Errorf("init: error %v, want %q", initErr, c.want)
			}
		})
	}
}

// A link above the folder is as trustworthy as the folder that it is in and the one that it leads
// to.
func TestLinkAboveTheFolder(t *testing.T) {
	folder := newFolder(t)
	link := filepath.Join(filepath.Dir(filepath.Dir(folder)), "link")
	if err := os.Symlink(filepath.Dir(folder), link); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(link) })
	through := lookupOf(filepath.Join(link, "host"))
	if _, err := host.Find(through); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(filepath.Dir(folder), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := host.Find(through); err == nil || !strings.Contains(err.Error(), "can be written by others") {
		t.Errorf("error %v, want that what the link leads to can be written", err)
	}
}

func TestWithoutAFolder(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "host")
	if _, err := host.Find(lookupOf(missing)); err == nil || !strings.Contains(err.Error(), missing+" does not exist: run `") {
		t.Errorf("error %v, want the folder and the command", err)
	}
	for _, folder := range []string{"", "relative", "/a/../b"} {
		if _, err := host.Find(lookupOf(folder)); err == nil || !strings.Contains(err.Error(), host.Variable) {
			t.Errorf("%q: error %v, want the variable's name", folder, err)
		}
	}
}
