package notice

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

var (
	db = group.Group{
		Label: "//r:db", Name: "db", Scope: group.Host, Key: "test/db",
		Definition: group.Definition{Capacity: 2, Instances: []string{"db0", "db1"}},
	}
	port = group.Group{
		Label: "//r:port", Name: "port", Scope: group.Host, Key: "test/port", Definition: group.Definition{Capacity: 1},
	}
)

// machine is a folder for the locks of scope host.
type machine struct {
	t      *testing.T
	folder string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	parent, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := machine{t, filepath.Join(parent, "host")}
	if err := host.Init(m.folder); err != nil {
		t.Fatal(err)
	}
	return m
}

// open returns the locker of one more process, with its publisher.
func (m machine) open() (lock.Locker, *Publisher) {
	publisher := NewPublisher(func(err error) { m.t.Error(err) })
	return m.lockerOf(publisher), publisher
}

func (m machine) lockerOf(publisher *Publisher, groups ...group.Group) lock.Locker {
	if groups == nil {
		groups = []group.Group{db, port}
	}
	return New(host.New(groups, func(string) (string, bool) { return m.folder, true }), groups, publisher)
}

// identity is the identity of a group in this folder.
func (m machine) identity(g group.Group) string {
	m.t.Helper()
	l, _ := m.open()
	identity, err := l.(*locker).inner.Identity(g.Label)
	if err != nil {
		m.t.Fatal(err)
	}
	return identity
}

// uses returns what is published of a group.
func (m machine) uses(g group.Group) []Use {
	m.t.Helper()
	identity := m.identity(g)
	all, _ := Read()
	return slices.DeleteFunc(all, func(u Use) bool { return u.Identity != identity })
}

// await waits until what is published of a group is as it should be.
func (m machine) await(g group.Group, want string, right func([]Use) bool) []Use {
	m.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		uses := m.uses(g)
		if right(uses) {
			return uses
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("told of %s: %+v, want %s", g.Label, uses, want)
		}
	}
}

// as returns a context of a case.
func as(ctx context.Context, name string) context.Context {
	return lock.WithTrace(ctx, lock.Trace{User: lock.User{Target: "//a:x_test", Case: name}})
}

func need(g group.Group, weight int) group.Need { return group.Need{Group: g.Label, Weight: weight} }

func mustAcquire(t *testing.T, ctx context.Context, locker lock.Locker, needs ...group.Need) lock.Held {
	t.Helper()
	held, err := locker.Acquire(ctx, needs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(held.Release)
	return held
}

// pathOf is where the file of that name is.
func pathOf(t *testing.T, name string) string {
	t.Helper()
	dir, err := shm.Own(folder)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// readTold returns the content of a file, in a look of its own.
func readTold(t *testing.T, path string) ([]byte, error) {
	t.Helper()
	look, err := shm.NewLook()
	if err != nil {
		t.Fatal(err)
	}
	defer look.Close()
	return readFile(look, path)
}
