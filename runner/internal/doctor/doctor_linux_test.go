package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/build"
	"github.com/interlock-build/rules_interlock/internal/lock/build/buildtest"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

func TestMain(m *testing.M) {
	etcdtest.Main()
	os.Exit(m.Run())
}

// place is one where all is well, but for what variables say.
func place(t *testing.T, variables map[string]string) Place {
	t.Helper()
	return Place{
		Lookup: func(name string) (string, bool) {
			value, set := variables[name]
			return value, set
		},
		Cluster: func(groups []group.Group, lookup func(string) (string, bool)) lock.Locker {
			return cluster.New(groups, lookup)
		},
	}
}

func want(t *testing.T, f Finding, level Level, text string) {
	t.Helper()
	if f.Level != level || !strings.Contains(f.Text, text) || (f.Hint == "") != (level == OK) {
		t.Errorf("%+v, want %s with %q, and a hint unless it is ok", f, level, text)
	}
}

func TestCoordinator(t *testing.T) {
	t.Parallel()
	c := etcdtest.New(t, etcdtest.Options{TLS: true, User: "interlock", Password: "secret", Prefix: coordinator.DefaultNamespace})
	config := c.Coordinator()
	file := func() string {
		path, err := etcdtest.WriteCoordinator(t.TempDir(), config)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	at := func(value string) Place { return place(t, map[string]string{coordinator.Variable: value}) }
	want(t, at(file()).coordinator(), OK, "answers")
	config.Namespace = "/other/"
	want(t, at(file()).coordinator(), Fail, "permission denied")
	config.Namespace, config.Password = coordinator.DefaultNamespace, "wrong"
	want(t, at(file()).coordinator(), Fail, "authentication failed")
	want(t, at(filepath.Join(t.TempDir(), "missing")).coordinator(), Fail, "missing")
}

// Nothing answers there.
func TestCoordinatorOutOfReach(t *testing.T) {
	t.Parallel()
	want(t, place(t, map[string]string{coordinator.Variable: "http://127.0.0.1:1"}).coordinator(), Fail, "127.0.0.1:1")
}

func TestLockFiles(t *testing.T) {
	groups := []group.Group{{Label: "//pkg:db", Name: "db", Scope: group.Build, Definition: group.Definition{Capacity: 1}}}
	base := buildtest.New(t, groups)
	base.Open()
	p := Place{
		InBuild: buildtest.Placed(groups)[0],
		Resolve: func(runfile string) (string, error) { return base.Path(buildtest.Configuration, runfile), nil },
	}
	want(t, p.lockFiles(), OK, "share them")
	copied := t.TempDir()
	p.Resolve = func(runfile string) (string, error) {
		path := filepath.Join(copied, filepath.Base(runfile))
		return path, os.WriteFile(path, nil, 0o600)
	}
	want(t, p.lockFiles(), Note, "copies")
	p.Resolve = func(string) (string, error) { return "", os.ErrNotExist }
	want(t, p.lockFiles(), Fail, "not exist")
}

// Where lock files are copies and there is no coordinator, no group holds.
func TestNoGroupHolds(t *testing.T) {
	if _, err := os.Stat(coordinator.File); err == nil {
		t.Skip("this machine has a coordinator")
	}
	p := place(t, nil)
	p.InBuild = build.Group{Group: group.Group{Label: "//a:b", Scope: group.Build, Definition: group.Definition{Capacity: 1}}, Runfile: "x", Output: "x"}
	p.Resolve = func(runfile string) (string, error) {
		path := filepath.Join(t.TempDir(), runfile)
		return path, os.WriteFile(path, nil, 0o600)
	}
	all := p.Examine()
	want(t, all[0], Note, "copies")
	want(t, all[1], Fail, "names none")
	var text strings.Builder
	if Print(&text, all) {
		t.Error("it is called healthy")
	}
	for _, line := range []string{"note  lock files: ", "      hint: ", "FAIL  coordinator: ", "ok    clock: "} {
		if !strings.Contains(text.String(), line) {
			t.Errorf("%q is not in:\n%s", line, text.String())
		}
	}
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	at := func(variables map[string]string) Place { return place(t, variables) }
	missing := filepath.Join(dir, "missing")
	want(t, at(nil).temporary(), Fail, "not set")
	want(t, at(map[string]string{"TEST_TMPDIR": missing}).temporary(), Fail, "missing")
	want(t, at(map[string]string{"TEST_TMPDIR": dir}).temporary(), OK, dir)
	want(t, at(nil).home(), OK, "not set")
	want(t, at(map[string]string{"HOME": dir}).home(), OK, dir)
	want(t, at(map[string]string{"HOME": missing}).home(), Note, "missing")
}

func TestZip(t *testing.T) {
	dir := t.TempDir()
	p := place(t, map[string]string{"PATH": dir})
	want(t, p.zip(), Note, "none on PATH")
	if err := os.WriteFile(filepath.Join(dir, "zip"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	want(t, p.zip(), OK, dir)
}

func TestMachine(t *testing.T) {
	want(t, clock(), OK, "CLOCK_BOOTTIME")
	want(t, guardian(), OK, "starts")
	want(t, processes(), OK, "SIGTERM")
	want(t, sharedMemory(), OK, "written")
}
