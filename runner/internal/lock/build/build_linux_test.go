package build_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
	"github.com/interlock-build/rules_interlock/runner/internal/lock"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/build"
	"github.com/interlock-build/rules_interlock/runner/internal/lock/locktest"
)

func TestMain(m *testing.M) {
	if order := os.Getenv("HOLD"); order != "" {
		hold(order)
	}
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker {
			return newOutputBase(t, groups).open
		},
		MaxBypass: build.MaxBypass,
		Hold: func(t *testing.T, groups []group.Group, needs []group.Need) (func() lock.Locker, func()) {
			base := newOutputBase(t, groups)
			return base.open, startHolder(t, base, needs).kill
		},
	})
}

// The suite again, where each participant has its own configuration, so that
// no two of them have their own copy of a file in common.
func TestConformanceAcrossConfigurations(t *testing.T) {
	locktest.Run(t, locktest.Implementation{
		NewSpace: func(t *testing.T, groups []group.Group) func() lock.Locker {
			base, n := newOutputBase(t, groups), 0
			return func() lock.Locker {
				n++
				return base.openIn(fmt.Sprintf("config-%d", n%5))
			}
		},
		MaxBypass: build.MaxBypass,
	})
}

// outputBase is a folder laid out as Bazel's output base.
type outputBase struct {
	t      *testing.T
	Dir    string
	Groups []group.Group
}

func newOutputBase(t *testing.T, groups []group.Group) *outputBase {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &outputBase{t: t, Dir: dir, Groups: groups}
}

func (b *outputBase) open() lock.Locker { return b.openIn("k8-fastbuild") }

// openIn builds the groups' files in a configuration and returns the locker of
// a runner of that configuration.
func (b *outputBase) openIn(configuration string) lock.Locker {
	for _, g := range b.Groups {
		for _, file := range lockFiles(g) {
			path := b.path(configuration, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				b.t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o444); err != nil && !os.IsPermission(err) {
				b.t.Fatal(err)
			}
		}
	}
	return b.locker(configuration)
}

func (b *outputBase) locker(configuration string) lock.Locker {
	return build.New(placed(b.Groups), func(runfile string) (string, error) {
		return b.path(configuration, runfile), nil
	})
}

func (b *outputBase) path(configuration, file string) string {
	return filepath.Join(b.Dir, "execroot", "_main", "bazel-out", configuration, "bin", file)
}

func placed(groups []group.Group) []build.Group {
	var placed []build.Group
	for _, g := range groups {
		placed = append(placed, build.Group{Group: g, Runfile: "pkg/" + g.Name, Output: "pkg/" + g.Name})
	}
	return placed
}

func lockFiles(g group.Group) []string {
	return []string{"pkg/" + g.Name + ".turnstile.lock", "pkg/" + g.Name + ".units.lock"}
}

// order is what a holder process is told.
type order struct {
	Base  *outputBase
	Needs []group.Need
}

// hold is the body of a holder process: it says when it holds, and keeps on
// until it is killed or its input ends.
func hold(text string) {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	locker := o.Base.locker("k8-fastbuild")
	if _, err := locker.Acquire(context.Background(), o.Needs); err != nil {
		panic(err)
	}
	fmt.Println("held")
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

// holder is a process that holds groups.
type holder struct{ cmd *exec.Cmd }

func startHolder(t *testing.T, base *outputBase, needs []group.Need) *holder {
	t.Helper()
	base.open()
	text, err := json.Marshal(order{Base: base, Needs: needs})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLD="+string(text))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &holder{cmd}
	t.Cleanup(func() { _ = stdin.Close(); h.kill() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
		t.Fatalf("the holder said %q, %v", line, err)
	}
	return h
}

func (h *holder) kill() {
	_ = h.cmd.Process.Kill()
	_ = h.cmd.Wait()
}
