package provision_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
	"github.com/interlock-build/rules_interlock/runner/internal/provision"
)

// server is a setup that is itself the instance. It writes to the log when it starts and when it
// is told to end.
const server = `log "up $UNIT"
trap 'log "down $UNIT"; exit 0' TERM
echo '{"pid": '$$', "resources": [{"name": "'$RUNNER-$UNIT'"}]}'
while :; do sleep 0.02; done`

// world is what several runners share: a group with two units, the locker that keeps them apart,
// and a log.
type world struct {
	t     *testing.T
	dir   string
	inner lock.Locker
}

func newWorld(t *testing.T, groups ...group.Group) *world {
	t.Helper()
	return &world{t: t, dir: t.TempDir(), inner: process.New(groups)}
}

// db is a group of scope process.
func db(name string, capacity int) group.Group {
	return group.Group{
		Label: "//r:" + name, Name: name, Scope: group.Process, Definition: group.Definition{Capacity: capacity},
	}
}

// runner is one locker of a world.
type runner struct {
	*provision.Locker
	w         *world
	name      string
	impatient context.CancelFunc

	mu       sync.Mutex
	warnings []string
}

// runner returns a locker for groups that a script sets up. The script has the variables LOG,
// DIR, RUNNER, UNIT, and the function log.
func (w *world) runner(name, script string, groups ...group.Group) *runner {
	w.t.Helper()
	var setups []provision.Group
	for _, g := range groups {
		setups = append(setups, w.group(name, script, g))
	}
	return w.with(name, setups)
}

// group returns a group that a script sets up for a runner.
func (w *world) group(runner, script string, g group.Group) provision.Group {
	w.t.Helper()
	path := filepath.Join(w.dir, runner+".sh")
	pipetest.WriteFile(w.t, path, "#!/bin/sh\nlog() { echo \"$RUNNER $*\" >> \"$LOG\"; }\n"+script+"\n", 0o755)
	return setupOf(g, service.Spec{
		Setup: service.Program{Name: runner + ".sh", Path: path}, Timeout: pipetest.Soon,
		Environ: []string{
			"PATH=" + os.Getenv("PATH"), "LOG=" + w.path("log"), "DIR=" + w.dir, "RUNNER=" + runner, "TEST_TMPDIR=/of/the/test",
		},
		Variables: map[string]string{"UNIT": g.Name + "{index}"},
	})
}

// setupOf returns a group that a spec starts, for each of its units.
func setupOf(g group.Group, spec service.Spec) provision.Group {
	return provision.Group{Group: g, Setup: spec.Setup.Name, Spec: func(slot int) (service.Spec, error) {
		spec.Fields = map[string]string{group.FieldIndex: strconv.Itoa(slot)}
		return spec, nil
	}}
}

func (w *world) with(name string, setups []provision.Group) *runner {
	w.t.Helper()
	patience, impatient := context.WithCancel(context.Background())
	r := &runner{w: w, name: name, impatient: impatient}
	warn := func(text string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.warnings = append(r.warnings, text)
	}
	r.Locker = provision.New(w.inner, setups, provision.Options{TmpDir: w.path("tmp"), Patience: patience, Say: warn, Warn: warn})
	w.t.Cleanup(func() {
		impatient()
		r.Close()
	})
	return r
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// log returns the lines that setups have written.
func (w *world) log() []string {
	w.t.Helper()
	text, err := os.ReadFile(w.path("log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func (w *world) wantLog(lines ...string) {
	w.t.Helper()
	if got := w.log(); !slices.Equal(got, lines) {
		w.t.Errorf("the setups wrote %q, want %q", got, lines)
	}
}

// awaitLog waits until the log has so many lines.
func (w *world) awaitLog(lines int) {
	w.t.Helper()
	w.await(fmt.Sprintf("%d lines in the log", lines), func() bool {
		return len(w.log()) >= lines && w.log()[0] != ""
	})
}

func (w *world) await(what string, ready func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(pipetest.Soon); !ready(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("there is no %s; the log has %q", what, w.log())
		}
	}
}

func need(name string, weight int) group.Need {
	return group.Need{Group: "//r:" + name, Weight: weight}
}

// acquire fails the test if needs cannot be acquired.
func (r *runner) acquire(needs ...group.Need) lock.Held {
	r.w.t.Helper()
	held, err := r.try(r.w.t.Context(), needs...)
	if err != nil {
		r.w.t.Fatalf("%s: %v", r.name, err)
	}
	return held
}

func (r *runner) try(ctx context.Context, needs ...group.Need) (lock.Held, error) {
	ctx, cancel := context.WithTimeout(ctx, pipetest.Soon)
	defer cancel()
	return r.Acquire(ctx, needs)
}

// wantSaid fails the test unless the runner has said something with these parts.
func (r *runner) wantSaid(parts ...string) {
	r.w.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	said := strings.Join(r.warnings, "\n")
	for _, part := range parts {
		if !strings.Contains(said, part) {
			r.w.t.Errorf("the runner said %q, want %q in it", said, part)
		}
	}
}

// values returns what the setups of a group have printed as "name".
func values(held lock.Held, name string) (names []string) {
	for _, v := range held.Grants()["//r:"+name].Values {
		names = append(names, v["name"])
	}
	return names
}
