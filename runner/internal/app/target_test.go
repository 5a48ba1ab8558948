package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// The processes that the tests start are the runner itself. They become it before anything else,
// because rules_go's main function of a test reads some of the same variables.
func init() {
	if os.Getenv("BE_THE_RUNNER") != "" {
		_ = os.Unsetenv("BE_THE_RUNNER")
		os.Exit(Main(nil))
	}
}

// target is a grouped test //pkg:x_test with its files, in Bazel's layout.
type target struct {
	t   *testing.T
	dir string
	// manifest is written when the runner starts, unless it is nil or the
	// test has written one.
	manifest map[string]any
	// vars is the runner's whole environment.
	vars map[string]string
	// folder is where the runner starts; empty means the folder of this process.
	folder string
}

// newTarget returns a target that wraps a shell script.
func newTarget(t *testing.T, script string) *target {
	t.Helper()
	dir := realTempDir(t)
	x := &target{
		t: t, dir: dir,
		manifest: map[string]any{
			"version": manifest.Version, "label": "@@//pkg:x_test", "framework": "exec", "program": "_main/pkg/program",
			"workers": "1", "cpus": 1, "serial": []string{}, "keep_together": "case", "shards": 1,
			"running_budget_seconds": 0, "groups": []any{},
		},
		vars: map[string]string{
			"BE_THE_RUNNER": "1", "PATH": os.Getenv("PATH"), "TEST_TARGET": "//pkg:x_test",
			"RUNFILES_DIR": filepath.Join(dir, "x_test.runfiles"), "TEST_TMPDIR": filepath.Join(dir, "tmp"),
			"GORACE":                           "atexit_sleep_ms=0", // under -race each process would end a second later
			"XML_OUTPUT_FILE":                  filepath.Join(dir, "test.xml"),
			"TEST_PREMATURE_EXIT_FILE":         filepath.Join(dir, "premature"),
			"TEST_INFRASTRUCTURE_FAILURE_FILE": filepath.Join(dir, "infrastructure"),
		},
	}
	x.write("x_test.runfiles/_main/pkg/program", "#!/bin/sh\n"+script+"\n", 0o755)
	return x
}

func realTempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// sharded makes the runner shard number index of total.
func (x *target) sharded(index, total int) *target {
	x.vars["TEST_SHARD_INDEX"], x.vars["TEST_TOTAL_SHARDS"] = fmt.Sprint(index), fmt.Sprint(total)
	x.vars["TEST_SHARD_STATUS_FILE"] = filepath.Join(x.dir, "shard-status")
	return x
}

// write writes a file of the target.
func (x *target) write(path, content string, mode os.FileMode) {
	x.t.Helper()
	pipetest.WriteFile(x.t, filepath.Join(x.dir, path), content, mode)
}

// read returns the content of a file of the target, and whether it exists.
func (x *target) read(path string) (content string, exists bool) {
	x.t.Helper()
	text, err := os.ReadFile(filepath.Join(x.dir, path))
	if err != nil && !os.IsNotExist(err) {
		x.t.Fatal(err)
	}
	return string(text), err == nil
}

// runner is a running runner.
type runner struct {
	*target
	cmd    *exec.Cmd
	log    *log
	exited chan struct{}
}

// start starts the runner as Bazel does.
func (x *target) start(args ...string) *runner {
	x.t.Helper()
	return x.startWith(nil, args...)
}

// startWith starts the runner with a standard input.
func (x *target) startWith(stdin *os.File, args ...string) *runner {
	x.t.Helper()
	if _, exists := x.read("x_test" + manifest.Suffix); !exists && x.manifest != nil {
		text, err := json.Marshal(x.manifest)
		if err != nil {
			x.t.Fatal(err)
		}
		x.write("x_test"+manifest.Suffix, string(text), 0o644)
	}
	r := &runner{target: x, log: newLog(), exited: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		x.t.Fatal(err)
	}
	r.cmd = exec.Command(self)
	r.cmd.Args = append([]string{filepath.Join(x.dir, "x_test")}, args...)
	for _, name := range slices.Sorted(maps.Keys(x.vars)) {
		r.cmd.Env = append(r.cmd.Env, name+"="+x.vars[name])
	}
	r.cmd.Dir = x.folder
	if stdin != nil {
		r.cmd.Stdin = stdin
	}
	r.cmd.Stdout, r.cmd.Stderr = r.log, r.log
	if err := r.cmd.Start(); err != nil {
		x.t.Fatal(err)
	}
	go func() {
		defer close(r.exited)
		_ = r.cmd.Wait()
	}()
	x.t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.exited
	})
	return r
}

// run starts the runner and waits for its end.
func (x *target) run(args ...string) *runner {
	x.t.Helper()
	r := x.start(args...)
	r.wait()
	return r
}

// wait waits for the end of the runner.
func (r *runner) wait() {
	r.t.Helper()
	select {
	case <-r.exited:
	case <-time.After(pipetest.Soon):
		r.t.Fatalf("the runner does not end; its log:\n%s", r.log)
	}
}

// kill kills the runner as the kernel would.
func (r *runner) kill() {
	r.t.Helper()
	r.signal(syscall.SIGKILL)
	r.wait()
}

func (r *runner) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		r.t.Fatal(err)
	}
}

// wantExit fails the test unless the runner exited with code.
func (r *runner) wantExit(code int) {
	r.t.Helper()
	r.wait()
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.t.Errorf("exit code %d, want %d; the log:\n%s", got, code, r.log)
	}
}

// wantLog fails the test unless the log has text.
func (r *runner) wantLog(text string) {
	r.t.Helper()
	if !strings.Contains(r.log.String(), text) {
		r.t.Errorf("no %q in the log:\n%s", text, r.log)
	}
}

// log is what a process has written so far.
type log struct {
	mu     sync.Mutex
	text   bytes.Buffer
	change *sync.Cond
}

func newLog() *log {
	l := &log{}
	l.change = sync.NewCond(&l.mu)
	return l
}

func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.change.Broadcast()
	return l.text.Write(text)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits until the log has text.
func (l *log) await(t *testing.T, text string) {
	t.Helper()
	end := time.AfterFunc(pipetest.Soon, l.change.Broadcast)
	defer end.Stop()
	deadline := time.Now().Add(pipetest.Soon)
	l.mu.Lock()
	defer l.mu.Unlock()
	for !strings.Contains(l.text.String(), text) {
		if time.Now().After(deadline) {
			t.Fatalf("no %q in the log:\n%s", text, l.text.String())
		}
		l.change.Wait()
	}
}
