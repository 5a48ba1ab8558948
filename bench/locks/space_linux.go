package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/host"
)

// label is the label of the group that everybody wants.
const label = "@@//resources:db"

// space is where one group is. In scope build it has lock files, laid out as in an output base,
// with links to the files of the first configuration, as in the runfiles of a sandbox. In scope
// host it is a folder, and in scope cluster a coordinator.
type space struct {
	Scope          group.Scope
	Definition     group.Definition
	Dir            string
	Configurations int
	// Coordinator is the path of its configuration.
	Coordinator string
}

// newSpace makes the files of a group of scope build in a folder of their own.
func newSpace(capacity, configurations int) (space, error) {
	s := space{Scope: group.Build, Definition: group.Definition{Capacity: capacity}, Configurations: configurations}
	return s, s.make()
}

// make makes what the group needs, except a coordinator.
func (s *space) make() (err error) {
	if s.Dir, err = os.MkdirTemp("", "lockbench-"); err != nil {
		return err
	}
	switch s.Scope {
	case group.Build:
		return s.create()
	case group.Host:
		return host.Init(s.hostFolder())
	}
	return nil
}

func (s space) hostFolder() string { return filepath.Join(s.Dir, "host") }

// strangers is the number of built configurations none of whose tests uses the group: an output
// base has some of them.
const strangers = 8

func (s space) create() error {
	if err := os.MkdirAll(filepath.Join(s.Dir, outputBase, "server"), 0o755); err != nil {
		return err
	}
	for c := range strangers {
		if err := os.MkdirAll(s.output(s.Configurations+c, ""), 0o755); err != nil {
			return err
		}
	}
	for c := range s.Configurations {
		for _, file := range s.files() {
			if err := makeFile(s.output(c, file)); err != nil {
				return err
			}
		}
	}
	for _, file := range s.files() {
		if err := os.MkdirAll(filepath.Dir(s.runfile(file)), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(s.output(0, file), s.runfile(file)); err != nil {
			return err
		}
	}
	return nil
}

func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte("a lock file\n"), 0o444)
}

func (s space) files() []string {
	return []string{"resources/db.queue.lock", "resources/db.units.lock"}
}

// outputBase has as many parts as an output base below a home folder.
const outputBase = "home/user/.cache/bazel/_bazel_user/d5a9d8e73ab6401829e2b3181e5d0cf0"

func (s space) output(configuration int, file string) string {
	return filepath.Join(s.Dir, outputBase, "execroot/_main/bazel-out", fmt.Sprintf("k8-fastbuild-%d", configuration), "bin", file)
}

func (s space) runfile(file string) string {
	const test = "sandbox/linux-sandbox/1/execroot/_main/bazel-out/k8-fastbuild/bin/api/api_test"
	return filepath.Join(s.Dir, outputBase, test+".runfiles/_main", file)
}

// locker returns the locker that the runner of one more test would have.
func (s space) locker() lock.Locker {
	g := group.Group{Label: label, Name: "db", Scope: s.Scope, Definition: s.Definition}
	switch s.Scope {
	case group.Host:
		g.Key = "bench/db"
		return host.New([]group.Group{g}, s.lookup)
	case group.Cluster:
		g.Key = s.Dir // a different one in each space
		return cluster.New([]group.Group{g}, s.lookup)
	}
	return build.New(
		[]build.Group{{Group: g, Runfile: "resources/db", Output: "resources/db"}},
		func(runfile string) (string, error) { return s.runfile(runfile), nil },
	)
}

// lookup looks up the environment of the space's tests.
func (s space) lookup(name string) (string, bool) {
	value, ok := map[string]string{host.Variable: s.hostFolder(), coordinator.Variable: s.Coordinator}[name]
	return value, ok
}

// bare returns the floor: a locker that is one flock of one file, or a mutex of etcd's own.
func (s space) bare() lock.Locker {
	if s.Scope == group.Cluster {
		return newBareMutex(s)
	}
	return bareFlock(s.output(0, "resources/db.units.lock"))
}

func (s space) remove() { _ = os.RemoveAll(s.Dir) }

// exclusive returns an exclusive need of weight units.
func exclusive(weight int) group.Need { return group.Need{Group: label, Weight: weight} }

// shared returns a shared need of the group.
func shared() group.Need { return group.Need{Group: label, Weight: 1, Mode: group.Shared} }
