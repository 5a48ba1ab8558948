package main

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// configurations are configurations of Bazel, in each of which the groups of scope build are built.
var configurations = []string{"k8-fastbuild", "k8-opt-exec"}

// copied is put before the names of the groups of the second output base.
const copied = "other_"

// bases are two output bases of Bazel with lock files. The second one is a copy of the
// first by hard links, as `cp -al` makes it, with a server of its own.
type bases struct {
	// bazelOut are their folders bazel-out.
	bazelOut [2]string
	placed   int
	// mu is locked while files are replaced.
	mu sync.Mutex
}

func newBuildArena(dir, runner string) (*arena, error) {
	b := &bases{}
	for i, name := range []string{"base", "copy"} {
		b.bazelOut[i] = filepath.Join(dir, name, "execroot/_main/bazel-out")
		if err := os.MkdirAll(filepath.Join(dir, name, "server"), 0o755); err != nil {
			return nil, err
		}
		for _, c := range configurations {
			if err := os.MkdirAll(b.folder(i, c), 0o755); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if err := b.replace(nil, name, configurations, makeLockFile); err != nil {
			return nil, err
		}
		if err := b.replace(nil, copied+name, configurations, b.link(0)); err != nil {
			return nil, err
		}
	}
	return &arena{
		scope: "build", runner: runner, environ: func(int) map[string]string { return nil }, pace: noticed, bases: len(b.bazelOut), place: b.place,
		faults: append(common(3),
			fault{"lock files written again", 3, b.rewriting},
			fault{"output base copied by hard links", 1, b.copying},
			fault{"SIGKILL of a Bazel server, its action cache lost", 1, b.killing}),
	}, nil
}

func (b *bases) folder(base int, configuration string) string {
	return filepath.Join(b.bazelOut[base], configuration, "bin/r")
}

// baseOf returns the output base that a group is in.
func baseOf(group string) int {
	if strings.HasPrefix(group, copied) {
		return 1
	}
	return 0
}

// in returns the name of a group in an output base.
func in(base int, group string) string {
	if base == 1 {
		return copied + group
	}
	return group
}

func lockFiles(group string) []string {
	name := strings.TrimPrefix(group, copied)
	return []string{name + ".queue.lock", name + ".units.lock"}
}

func (b *bases) place(t *target, group string, g map[string]any) error {
	name := strings.TrimPrefix(group, copied)
	g["lock"] = map[string]any{"runfile": "_main/r/" + name, "output": "r/" + name}
	b.placed++
	folder := b.folder(baseOf(group), configurations[b.placed%len(configurations)])
	for _, file := range lockFiles(group) {
		if err := os.Symlink(filepath.Join(folder, file), t.runfile("r/"+file)); err != nil {
			return err
		}
	}
	return nil
}

// unrated returns the groups whose files can be replaced: a rate does not store its starts in
// them.
func unrated(base int) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if groups[name].Rate == 0 {
			names = append(names, in(base, name))
		}
	}
	return names
}

// rewriting replaces the lock files of a group, as Bazel does after `bazel clean` or without its
// action cache. It does so in all configurations, so that the holders lose the group, or in one,
// so that they do not.
func (b *bases) rewriting(w *world, random *rand.Rand) (bool, error) {
	names := unrated(random.IntN(len(b.bazelOut)))
	which := configurations
	if random.IntN(2) == 0 {
		n := random.IntN(len(configurations))
		which = configurations[n : n+1]
	}
	return true, b.replace(w, names[random.IntN(len(names))], which, makeLockFile)
}

// copying links the files of one output base to those of the other again. They are new in both: a
// file that returns to an earlier place would be taken for what it was before.
func (b *bases) copying(w *world, random *rand.Rand) (bool, error) {
	from := random.IntN(len(b.bazelOut))
	for _, name := range unrated(0) {
		if err := b.replace(w, in(from, name), configurations, makeLockFile); err != nil {
			return false, err
		}
		if err := b.replace(w, in(1-from, name), configurations, b.link(from)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// killing kills the runners of a server that is killed, as its sandboxes do. The next server does
// not know that the lock files exist.
func (b *bases) killing(w *world, random *rand.Rand) (bool, error) {
	if random.IntN(2) > 0 {
		return false, nil // it ends half of all runners
	}
	base := random.IntN(len(b.bazelOut))
	for _, p := range w.Choose(func(r *runner, _ []*scene.Case[*runner]) []scene.Process {
		if r.target.base != base {
			return nil
		}
		return []scene.Process{r}
	}) {
		if _, err := w.Kill(p); err != nil {
			return false, err
		}
	}
	for _, name := range unrated(base) {
		if err := b.replace(w, name, configurations, makeLockFile); err != nil {
			return false, err
		}
	}
	return true, nil
}

// link makes a file of one output base a link to the same file of the other.
func (b *bases) link(from int) func(path string) error {
	return func(path string) error {
		relative, err := filepath.Rel(b.bazelOut[1-from], path)
		if err != nil {
			return err
		}
		return os.Link(filepath.Join(b.bazelOut[from], filepath.Dir(relative), strings.TrimSuffix(filepath.Base(path), fresh)), path)
	}
}

// fresh is the suffix of files that are about to replace others.
const fresh = ".new"

// replace replaces the lock files of a group in some configurations with files that create makes
// at a path.
func (b *bases) replace(w *world, group string, which []string, create func(path string) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := 0
	for _, c := range which {
		differs := false
		for _, file := range lockFiles(group) {
			path := filepath.Join(b.folder(baseOf(group), c), file)
			if err := create(path + fresh); err != nil {
				return err
			}
			differs = differs || !sameFile(path, path+fresh)
		}
		if differs {
			changed++
		}
	}
	all := changed == len(configurations)
	if all {
		// A holder of before excludes nobody when all is done; one that comes in between may.
		if err := w.say(caselog.Rewrite, "files", group); err != nil {
			return err
		}
	}
	for _, c := range which {
		for _, file := range lockFiles(group) {
			path := filepath.Join(b.folder(baseOf(group), c), file)
			// If both names belong to the same file, rename(2) does nothing.
			if err := os.Rename(path+fresh, path); err != nil {
				return err
			}
			if err := os.Remove(path + fresh); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	if !all {
		return nil
	}
	return w.say(caselog.Rewritten, "files", group)
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func makeLockFile(path string) error { return os.WriteFile(path, []byte("a lock file\n"), 0o444) }

// inBase makes a workload use the groups of an output base.
func (w workload) inBase(base int) workload {
	for name, order := range w.orders {
		for i := range order.Uses {
			order.Uses[i].Group = in(base, order.Uses[i].Group)
		}
		if order.Guarded != "" {
			order.Guarded = in(base, order.Guarded)
		}
		w.orders[name] = order
	}
	return w
}
