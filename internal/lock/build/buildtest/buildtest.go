// Package buildtest lays out the files of groups of scope build as Bazel does,
// for tests.
package buildtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// Configuration is the one that tests have which need no more than one.
const Configuration = "k8-fastbuild"

// OutputBase is a folder laid out as Bazel's output base. Its JSON form is what
// a process of its own needs to know of it.
type OutputBase struct {
	t *testing.T
	// Dir is the folder's path.
	Dir string
	// Groups are those that targets of the package pkg have been built for.
	Groups []group.Group
}

// New makes an output base for groups, in which nothing is built yet.
func New(t *testing.T, groups []group.Group) *OutputBase {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "server"), 0o755); err != nil {
		t.Fatal(err)
	}
	b := &OutputBase{t: t, Dir: dir, Groups: groups}
	t.Cleanup(b.forgetStarts)
	return b
}

// Parse reads what Describe has written.
func Parse(text string) (*OutputBase, error) {
	var b OutputBase
	return &b, json.Unmarshal([]byte(text), &b)
}

// Describe returns what Parse reads, in a process of its own.
func (b *OutputBase) Describe() string {
	b.t.Helper()
	text, err := json.Marshal(b)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// Open builds the groups' files in Configuration and returns the locker of a
// runner of it.
func (b *OutputBase) Open() lock.Locker { return b.OpenIn(Configuration) }

// OpenIn is as Open, for any configuration.
func (b *OutputBase) OpenIn(configuration string) lock.Locker {
	b.t.Helper()
	for _, g := range b.Groups {
		for _, file := range Files(g) {
			path := b.Path(configuration, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				b.t.Fatal(err)
			}
			if _, err := os.Lstat(path); err == nil {
				continue
			}
			if err := os.WriteFile(path, []byte("a lock file\n"), 0o444); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	return b.Locker(configuration)
}

// Locker returns the locker of a runner of a configuration that has been built.
func (b *OutputBase) Locker(configuration string) lock.Locker {
	return build.New(Placed(b.Groups), func(runfile string) (string, error) {
		return b.Path(configuration, runfile), nil
	})
}

// Path returns the path of a file that was built in a configuration.
func (b *OutputBase) Path(configuration, file string) string {
	return filepath.Join(b.bazelOut(), configuration, "bin", file)
}

func (b *OutputBase) bazelOut() string { return filepath.Join(b.Dir, "execroot", "_main", "bazel-out") }

// forgetStarts removes what stays of a rate until the machine is started again.
func (b *OutputBase) forgetStarts() {
	for _, g := range b.Groups {
		files, err := shm.All("starts", shm.FileName(filepath.Join(b.bazelOut(), output(g))))
		if err != nil {
			b.t.Error(err)
		}
		for _, file := range files {
			_ = os.Remove(file)
		}
	}
}

// Placed returns groups with the places of their files.
func Placed(groups []group.Group) []build.Group {
	var placed []build.Group
	for _, g := range groups {
		placed = append(placed, build.Group{Group: g, Runfile: output(g), Output: output(g)})
	}
	return placed
}

// Files are the files of a group, as runfiles and below a configuration's bin.
func Files(g group.Group) []string {
	return []string{output(g) + ".queue.lock", output(g) + ".units.lock"}
}

func output(g group.Group) string { return "pkg/" + g.Name }
