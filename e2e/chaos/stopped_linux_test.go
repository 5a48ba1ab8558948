package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/casework"
	"github.com/interlock-build/rules_interlock/e2e/chaos/fenced"
	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/e2e/witness/check"
	"golang.org/x/sys/unix"
)

// soon is far longer than anything that a test waits for takes.
const soon = time.Minute

// stage is where a test lets a few runners compete.
type stage struct {
	t        *testing.T
	dir      string
	arena    *arena
	world    *world
	resource *fenced.Server
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir()}
	var err error
	if s.arena, err = newClusterArena(s.dir, runnerProgram(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.arena.close() })
	if s.world, err = newWorld(filepath.Join(s.dir, "caselog"), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.world.Close)
	if s.resource, err = fenced.Listen(filepath.Join(s.dir, "resource")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.resource.Close() })
	return s
}

// start starts a runner whose case uses the first guarded group for a while.
func (s *stage) start(name string, takes time.Duration) *runner {
	s.t.Helper()
	w := workload{framework: execFramework, workers: 1, orders: casework.Orders{casework.Program: {
		Uses: []caselog.Use{{Group: guarded[0], Weight: 1}}, Guarded: guarded[0], Takes: takes,
	}}}
	variables := s.arena.environ(0)
	variables[casework.LogVariable] = filepath.Join(s.dir, "caselog")
	variables[casework.RunVariable] = name
	variables[casework.ResourceVariable] = filepath.Join(s.dir, "resource")
	self, err := os.Executable() // the case is this program
	if err != nil {
		s.t.Fatal(err)
	}
	t, err := newTarget(filepath.Join(s.dir, name), 0, w, s.arena, programs{program: self}, variables)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := start(name, t, s.arena.runner)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { r.Signal(unix.SIGKILL); <-r.Exited() })
	s.world.Add(r)
	return r
}

// await waits until something is true.
func (s *stage) await(what string, isSo func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(soon); !isSo(); time.Sleep(5 * time.Millisecond) {
		if err := s.world.look(); err != nil {
			s.t.Fatal(err)
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("after %v it is not so that %s", soon, what)
		}
	}
}

// caseOf waits for the start of a runner's case, and returns it.
func (s *stage) caseOf(r *runner) scene.Process {
	s.t.Helper()
	s.await("the case of "+r.name+" runs", func() bool { return len(s.world.Under(r)) > 0 })
	return s.world.Under(r)[0]
}

// wantEnd waits for the end of a runner, and checks what it reports about its case.
func (s *stage) wantEnd(r *runner, exitCode int, kind string) {
	s.t.Helper()
	s.await(r.name+" has ended", r.Ended)
	run, err := r.result()
	if err != nil {
		s.t.Fatal(err)
	}
	outcomes, err := check.ParseReport(run.Report)
	if err != nil || run.ExitCode != exitCode || len(outcomes) != 1 || outcomes[0].Type != kind {
		s.t.Errorf("%s exits with %d and reports %+v, %v; want %d and %q", r.name, run.ExitCode, outcomes, err, exitCode, kind)
	}
}

// A holder that stands still for longer than its lease lives loses its group to the next one.
// When it continues, its writes are rejected, and its runner never says that it passed.
func TestStoppedHolderDoesNoHarm(t *testing.T) {
	for name, stopCase := range map[string]bool{"the runner alone": false, "the runner and its case": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			old := s.start("old", soon)
			oldCase := s.caseOf(old)
			s.await("the resource is used", func() bool { return len(s.resource.Accepted()) > 0 })
			next := s.start("next", 100*time.Millisecond)
			old.Signal(unix.SIGSTOP)
			if stopCase {
				oldCase.Signal(unix.SIGSTOP)
			}
			s.wantEnd(next, 0, "")
			oldCase.Signal(unix.SIGCONT)
			s.await("the old holder is rejected", func() bool { return len(s.resource.Rejected()) > 0 })
			old.Signal(unix.SIGCONT)
			s.wantEnd(old, 69, "infrastructure")
			if err := fenced.Check(s.resource.Accepted()); err != nil {
				t.Error(err)
			}
			for _, w := range s.resource.Rejected() {
				if !strings.HasPrefix(w.Holder, "old/") {
					t.Errorf("%s was rejected, which holds the group", w.Holder)
				}
			}
		})
	}
}
