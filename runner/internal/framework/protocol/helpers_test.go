package protocol_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/testkit/pythontest"
	"github.com/interlock-build/rules_interlock/runner/internal/framework/protocol"
)

// suite is a folder of Python files that a real pytest runs.
type suite struct {
	*protocol.Program
	t   *testing.T
	log *strings.Builder
}

func newSuite(t *testing.T, files map[string]string, change ...func(*protocol.Options)) *suite {
	t.Helper()
	dir := t.TempDir()
	names := slices.Sorted(maps.Keys(files))
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := &suite{t: t, log: &strings.Builder{}}
	python, pythonPath := pythontest.Find(t)
	options := protocol.Options{
		Class: "//pkg:x_test", Path: "/bin/sh",
		Args: []string{"-c", `cd "$0" && exec "$@"`, dir, python, "-c", pythontest.Program, strings.Join(names, ",")},
		Env: func(b event.Batch) ([]string, func(), error) {
			return append(os.Environ(), "TEST_TMPDIR="+t.TempDir(), "INTERLOCK_WORKER="+string(rune('0'+b.Worker)),
				"INTERLOCK_WORKERS=2", "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+pythonPath), func() {}, nil
		},
		CaseEnv: func(event.Batch) (map[string]string, error) { return nil, nil },
		RunID:   "run", Grace: time.Second, Dir: t.TempDir(), Shared: t.TempDir(), Log: s.log,
	}
	for _, c := range change {
		c(&options)
	}
	s.Program = protocol.New(options)
	return s
}

// list returns the cases that are selected.
func (s *suite) list() []event.Listed {
	s.t.Helper()
	listed, err := s.List(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(listed, func(l event.Listed) bool { return !l.Asked })
}

// account is the result of a run.
type account struct {
	mu       sync.Mutex
	outcomes map[string]event.Outcome
	results  map[string]event.Result // the last ones
	stops    string                  // why no further case may start
	output   map[string]string
	started  []string
	onStart  func() // is called when a case starts; may be nil
}

func newAccount() *account {
	return &account{outcomes: map[string]event.Outcome{}, results: map[string]event.Result{}, output: map[string]string{}}
}

func (a *account) Paused(event.Case)  {}
func (a *account) Resumed(event.Case) {}

func (a *account) Started(c event.Case) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.started = append(a.started, c.Name)
	if a.onStart != nil {
		a.onStart()
	}
}

func (a *account) Output(c event.Case, text []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.output[c.Name] += string(text)
}

func (a *account) Finished(c event.Case, r event.Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	name := c.FullName()
	if _, twice := a.outcomes[name]; twice {
		name += " once more"
	}
	if r.Stops != "" {
		a.stops = r.Stops
	}
	a.results[name] = r
	if !c.Process || r.Outcome.Bad() {
		a.outcomes[name] = r.Outcome
	}
}

// run runs cases in batches on one worker, and ends the session.
func (s *suite) run(ctx context.Context, batches ...event.Batch) *account {
	s.t.Helper()
	a := newAccount()
	for len(batches) > 0 && a.stops == "" && ctx.Err() == nil {
		b := batches[0]
		batches = batches[1:]
		for _, again := range s.Run(ctx, b, a) {
			next := b
			next.Cases = again
			batches = append(batches, next)
		}
	}
	s.Close(ctx, a)
	return a
}

func (s *suite) all() event.Batch {
	var b event.Batch
	for _, l := range s.list() {
		b.Cases = append(b.Cases, l.Case)
	}
	return b
}

func (s *suite) runAll() *account {
	s.t.Helper()
	return s.run(s.t.Context(), s.all())
}

// want fails the test unless a case had that status, with text in its message.
func (a *account) want(t *testing.T, name string, status event.Status, text string) {
	t.Helper()
	o, ok := a.outcomes[name]
	if !ok || o.Status != status || !strings.Contains(o.Message, text) {
		t.Errorf("%s: got %+v (%v), want %v %q", name, o, ok, status, text)
	}
}
