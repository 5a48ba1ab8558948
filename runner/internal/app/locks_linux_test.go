package app

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// lockFiles are the names of the files of a group of scope build.
var lockFiles = []string{"db.queue.lock", "db.units.lock"}

// buildGroup is the group //r:db of scope build with its lock files, in a
// folder laid out as Bazel's output base.
type buildGroup struct {
	t        *testing.T
	files    string // folder of the lock files
	capacity int
}

func newBuildGroup(t *testing.T, capacity int) *buildGroup {
	t.Helper()
	base := realTempDir(t)
	if err := os.Mkdir(filepath.Join(base, "server"), 0o755); err != nil {
		t.Fatal(err)
	}
	return newBuildGroupIn(t, filepath.Join(base, "execroot/_main/bazel-out/k8-fastbuild/bin/r"), capacity)
}

func newBuildGroupIn(t *testing.T, files string, capacity int) *buildGroup {
	t.Helper()
	g := &buildGroup{t: t, files: files, capacity: capacity}
	if err := os.MkdirAll(files, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range lockFiles {
		if err := os.WriteFile(filepath.Join(files, name), nil, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// newTarget returns a target that holds a unit of the group.
func (g *buildGroup) newTarget(script string) *target {
	g.t.Helper()
	x := newTarget(g.t, script)
	x.manifest["groups"] = []any{map[string]any{
		"label": "@@//r:db", "name": "db", "scope": "build", "capacity": g.capacity, "cases": uses("*"),
		"lock": map[string]any{"runfile": "_main/r/db", "output": "r/db"},
	}}
	dir := filepath.Join(x.dir, "x_test.runfiles/_main/r")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		g.t.Fatal(err)
	}
	for _, name := range lockFiles {
		if err := os.Symlink(filepath.Join(g.files, name), filepath.Join(dir, name)); err != nil {
			g.t.Fatal(err)
		}
	}
	return x
}

// startHolder starts a runner that holds a unit until gate opens, or it is
// killed.
func (g *buildGroup) startHolder() (holder *runner, gate *pipetest.Gate) {
	g.t.Helper()
	x := g.newTarget(`exec 9> "$LIFELINE"; echo running >&9; read x < "$GATE"`)
	lifeline, gate := pipetest.NewLifeline(g.t), pipetest.NewGate(g.t)
	x.vars["LIFELINE"], x.vars["GATE"] = lifeline.Path, gate.Path
	holder = x.start()
	lifeline.Line()
	return holder, gate
}

func TestWaitingIsLoggedWithGroupAndTime(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	_, gate := g.startHolder()
	before := time.Now()
	r := g.newTarget("echo ran").start()
	r.log.await(t, "interlock: x_test waits for //r:db since ")
	since := before.Format(time.TimeOnly)
	if !strings.Contains(r.log.String(), since) && !strings.Contains(r.log.String(), before.Add(time.Second).Format(time.TimeOnly)) {
		t.Errorf("want it to be since about %s:\n%s", since, r.log)
	}
	if strings.Contains(r.log.String(), "ran\n") {
		t.Error("it runs while another test holds the group")
	}
	gate.Open()
	r.wantExit(0)
	r.wantLog("ran\n")
}

// A file that only this test has excludes nobody.
func TestCopyOfALockFileIsInfrastructureFailure(t *testing.T) {
	t.Parallel()
	x := newBuildGroupIn(t, filepath.Join(realTempDir(t), "sandbox/linux-sandbox/1/execroot/_main/bazel-out/k8/bin/r"), 1).newTarget("echo must not run")
	r := x.run()
	r.wantExit(69)
	x.wantError("infrastructure", "//r:db: ", "is a copy of the group's lock file", "linux-sandbox")
	text, _ := x.read("infrastructure")
	if component, description, _ := strings.Cut(text, "\n"); component != "interlock" || !strings.HasPrefix(description, "//r:db: ") {
		t.Errorf("the infrastructure failure file has %q", text)
	}
	if strings.Contains(r.log.String(), "must not run\n") {
		t.Error("the test ran without its group")
	}
}

func TestDeadlineWhileWaiting(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	g.startHolder()
	x := g.newTarget("echo must not run")
	x.vars["TEST_TIMEOUT"] = "3"
	r := x.run()
	r.wantExit(124)
	x.wantError("timeout", "not run: the test's time is up", "TEST_TIMEOUT is 3s", "while it waited for //r:db since ")
}

func TestSignalWhileWaiting(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	g.startHolder()
	r := g.newTarget("echo must not run").start()
	r.log.await(t, "waits for //r:db")
	r.signal(syscall.SIGTERM)
	r.wantExit(143)
	r.wantError("interrupted", "not run: the test was told to stop", "while it waited for //r:db since ")
}

// The kernel releases what a runner held, however the runner ended.
func TestKilledHolderFreesTheGroup(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	holder, _ := g.startHolder()
	next := g.newTarget("echo ran")
	r := next.start()
	r.log.await(t, "waits for //r:db")
	killed := time.Now()
	holder.kill()
	r.log.await(t, "ran\n")
	if took := time.Since(killed); took > time.Second {
		t.Errorf("the next one had the group %v after the kill", took)
	}
	r.wantExit(0)
}

// A process that a test leaves behind, in a session of its own, is gone when the next test has
// what the first one held: it may still have its port.
func TestProcessLeftBehindIsGone(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	x := g.newTarget(`exec 9> "$LIFELINE"
setsid sh -c 'echo started >&9; exec sleep 1000' >/dev/null 2>&1 &
read x < "$STARTED"`)
	lifeline, startedGate := pipetest.NewLifeline(t), pipetest.NewGate(t)
	x.vars["LIFELINE"], x.vars["STARTED"] = lifeline.Path, startedGate.Path
	r := x.start()
	lifeline.Line()
	startedGate.Open()
	r.wantExit(0)
	lifeline.AwaitGone()
	g.newTarget("exit 0").run().wantExit(0)
}

// Processes of a case are gone before the next case has the group, even if their runner is killed
// and can do nothing about it.
func TestKilledRunnersCaseIsGone(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	x := g.newTarget(`exec 9> "$LIFELINE"; uses() { while :; do echo x >> "$USES"; sleep 0.005; done; }
uses & (uses &); setsid sh -c 'while :; do echo x >> "$USES"; sleep 0.005; done' &
echo started >&9; wait`)
	lifeline, uses := pipetest.NewLifeline(t), filepath.Join(t.TempDir(), "uses")
	x.vars["LIFELINE"], x.vars["USES"] = lifeline.Path, uses
	r := x.start()
	lifeline.Line()
	next := g.newTarget(`size() { wc -c < "$USES"; }; before=$(size); sleep 0.2; after=$(size)
test "$before" = "$after" || { echo "used beside the next holder"; exit 1; }`)
	next.vars["USES"] = uses
	waiter := next.start()
	waiter.log.await(t, "waits for //r:db")
	r.kill()
	waiter.wantExit(0)
}

func TestNoLockFileReachesTheChild(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 2)
	r := g.newTarget("exec ls -l /proc/self/fd").run()
	r.wantExit(0)
	if strings.Contains(r.log.String(), ".lock") {
		t.Errorf("the child has one:\n%s", r.log)
	}
}

// Many tests on one group at the same time: never more than its capacity run, each runs once, and
// none uses up its running budget by waiting.
func TestManyRunnersShareAGroup(t *testing.T) {
	t.Parallel()
	const runners, capacity = 20, 2
	g := newBuildGroup(t, capacity)
	places := realTempDir(t)
	var all []*runner
	for range runners {
		// Only one process makes a folder.
		x := g.newTarget(`for i in 1 2; do
  if mkdir "$PLACES/$i" 2> /dev/null; then
    echo ran >> "$PLACES/log"; sleep 0.3; rmdir "$PLACES/$i"; exit 0
  fi
done
echo "no place left"; exit 1`)
		x.vars["PLACES"] = places
		x.manifest["running_budget_seconds"] = 2 // the last one waits for 2.7 s
		all = append(all, x.start())
	}
	for _, r := range all {
		r.wantExit(0)
	}
	log, err := os.ReadFile(filepath.Join(places, "log"))
	if err != nil || strings.Count(string(log), "ran\n") != runners {
		t.Errorf("the cases ran %d times (%v)", strings.Count(string(log), "ran\n"), err)
	}
}
