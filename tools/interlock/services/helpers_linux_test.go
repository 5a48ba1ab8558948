package services_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
	"github.com/interlock-build/rules_interlock/tools/interlock/services"
)

// server is a setup that goes on as the service, and writes to the log when it starts and ends.
const server = `log "up $UNIT"
trap 'log "down $UNIT"; exit 0' TERM
echo '{"pid": '$$', "resources": [{"pid": "'$$'"}]}'
while :; do sleep 0.01; done`

// world is a keeper, and a user's shared memory of its own.
type world struct {
	t      *testing.T
	dir    string
	keeper *services.Keeper
	served sync.WaitGroup

	mu   sync.Mutex
	said []string
}

// newWorld starts a keeper.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, func(*services.Options) {})
}

func newWorldWith(t *testing.T, change func(*services.Options)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	shared := w.path("shm")
	if err := os.Mkdir(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shm.InFolder(shared))
	l, folder, err := services.Listen()
	if err != nil {
		t.Fatal(err)
	}
	o := services.Options{Dir: w.path(""), LinkDir: folder, Say: w.say}
	change(&o)
	w.keeper = services.New(o)
	w.served.Go(func() { w.keeper.Serve(t.Context(), l) })
	t.Cleanup(w.end)
	return w
}

// end ends the keeper, whoever uses a service.
func (w *world) end() {
	w.keeper.End(true)
	w.served.Wait()
}

func (w *world) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, text)
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// program writes a script, which has the variables of the group, LOG, and the function log.
func (w *world) program(name, script string) *service.Program {
	w.t.Helper()
	pipetest.WriteFile(w.t, w.path(name), "#!/bin/sh\nlog() { echo \"$*\" >> \"$LOG\"; }\n"+script+"\n", 0o755)
	return &service.Program{Name: name, Path: "_main/" + name}
}

// use is what a test with these programs asks for; health and reset may be nil.
func (w *world) use(borrower string, setup, health, reset *service.Program) keeper.Use {
	return keeper.Use{
		Place: "build://db", Borrower: borrower, IdleTimeout: time.Hour, Network: keeper.Network(), Workspace: "_main",
		Spec: service.Spec{
			Name: "//:db: unit 0", Setup: *setup, Health: health, Reset: reset, Timeout: pipetest.Soon,
			Environ:   []string{"PATH=" + os.Getenv("PATH"), "LOG=" + w.path("log"), "DIR=" + w.dir},
			Variables: map[string]string{"UNIT": "db{index}", "SERVICE": "{pid}"},
			Fields:    map[string]string{"index": "0"},
		},
	}
}

// borrow fails the test if there is nothing to be had.
func (w *world) borrow(use keeper.Use) *keeper.Loan {
	w.t.Helper()
	loan, err := w.try(use)
	if err != nil {
		w.t.Fatal(err)
	}
	return loan
}

func (w *world) try(use keeper.Use) (*keeper.Loan, error) {
	w.t.Helper()
	return w.tryIf(use, func(keeper.Lent) error { return nil })
}

// connect borrows an instance, and returns the bare connection: when that is closed, the keeper sees
// what it sees when a test is killed.
func (w *world) connect(use keeper.Use) *keeper.Connection {
	w.t.Helper()
	c := w.request(use)
	for {
		var reply keeper.Reply
		if err := c.Receive(&reply, pipetest.Soon); err != nil {
			w.t.Fatal(err)
		}
		switch {
		case reply.WantsFiles:
			if err := c.Send(keeper.Request{Files: w.files(use)}); err != nil {
				w.t.Fatal(err)
			}
		case reply.Lent != nil:
			return c
		}
	}
}

// request asks for an instance, and does not wait for the answer.
func (w *world) request(use keeper.Use) *keeper.Connection {
	w.t.Helper()
	c, err := keeper.Dial()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := use.Seal(w.files(use)); err != nil {
		w.t.Fatal(err)
	}
	if err := c.Send(keeper.Request{Version: keeper.Version, Use: &use}); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// files are the files of the programs of a use.
func (w *world) files(use keeper.Use) (files []keeper.File) {
	for _, p := range []*service.Program{&use.Spec.Setup, use.Spec.Health, use.Spec.Reset} {
		if p != nil {
			file, err := keeper.FileAt(p.Path, w.path(p.Name))
			if err != nil {
				w.t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	return files
}

// tryIf borrows what a probe finds usable.
func (w *world) tryIf(use keeper.Use, probe func(keeper.Lent) error) (*keeper.Loan, error) {
	w.t.Helper()
	files := w.files(use)
	if err := use.Seal(files); err != nil {
		w.t.Fatal(err)
	}
	c, err := keeper.Dial()
	if err != nil {
		return nil, err
	}
	return c.Borrow(w.t.Context(), use, func() []keeper.File { return files }, probe)
}

// log returns the lines that the programs have written.
func (w *world) log() []string {
	text, err := os.ReadFile(w.path("log"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func (w *world) wantLog(lines ...string) {
	w.t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for !slices.Equal(w.log(), lines) && time.Now().Before(deadline) {
		time.Sleep(5 * time.Millisecond)
	}
	if got := w.log(); !slices.Equal(got, lines) {
		w.t.Errorf("the programs wrote %q, want %q", got, lines)
	}
}

// wantSaid fails the test unless the keeper has said something with these parts.
func (w *world) wantSaid(parts ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, part := range parts {
		if !slices.ContainsFunc(w.said, func(text string) bool { return strings.Contains(text, part) }) {
			w.t.Errorf("the keeper said %q, want %q in it", w.said, part)
		}
	}
}

// awaitIdle waits until the keeper has taken its only instance back.
func (w *world) awaitIdle() {
	w.t.Helper()
	await(w.t, "an idle instance", func() bool {
		_, reply := w.send(keeper.Request{Version: keeper.Version, Status: true})
		return len(reply.Services) == 1 && reply.Services[0].State == keeper.Idle
	})
}

func wantGone(t *testing.T, l *keeper.Loan) {
	t.Helper()
	select {
	case <-l.Gone():
	case <-time.After(pipetest.Soon):
		t.Error("the borrower does not learn that it has lost the instance")
	}
	if err := l.Confirm(); err == nil {
		t.Error("a result of a lost instance is confirmed")
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want %q in it", err, part)
		}
	}
}

// await waits for something that happens by itself.
func await(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(pipetest.Soon); !happened(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not happen", what)
		}
	}
}
