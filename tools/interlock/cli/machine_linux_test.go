package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/command/etcd"
)

// soon is longer than anything here takes, however busy the machine is.
const soon = time.Minute

// The processes that these tests start are the program itself. They become it
// before anything else.
func init() {
	if os.Getenv("BE_INTERLOCK") != "" {
		_ = os.Unsetenv("BE_INTERLOCK")
		os.Exit(Main(etcd.Cluster()))
	}
}

// host is a machine with a folder for locks, and a key that nobody else uses.
type host struct {
	t      *testing.T
	folder string
	key    string
}

func newHost(t *testing.T) host {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := host{t, filepath.Join(dir, "locks"), fmt.Sprintf("test/%d/%d", os.Getpid(), time.Now().UnixNano())}
	h.run("host", "init").want(0, "made "+h.folder+": ", "")
	return h
}

func (h host) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "BE_INTERLOCK=1", "INTERLOCK_HOST_DIR="+h.folder)
	return cmd
}

// ended is a command that has ended.
type ended struct {
	t              *testing.T
	code           int
	stdout, stderr string
}

func (h host) run(args ...string) ended {
	h.t.Helper()
	return h.finish(h.command(args...))
}

func (h host) finish(cmd *exec.Cmd) ended {
	h.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	return ended{h.t, cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// want fails the test unless the command ended like that; empty texts match anything.
func (e ended) want(code int, stdout, stderr string) {
	e.t.Helper()
	if e.code != code || !strings.Contains(e.stdout, stdout) || !strings.Contains(e.stderr, stderr) {
		e.t.Errorf("exit code %d, stdout %q, stderr %q; want %d, %q, %q", e.code, e.stdout, e.stderr, code, stdout, stderr)
	}
}

// running is a command that runs until its input ends, or it is told to end.
type running struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  interface{ Close() error }
	stdout *bufio.Reader
	stderr *bufio.Reader
}

func (h host) start(args ...string) *running {
	h.t.Helper()
	cmd := h.command(args...)
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := errors.Join(err1, err2, err3, cmd.Start()); err != nil {
		h.t.Fatal(err)
	}
	timer := time.AfterFunc(soon, func() { _ = cmd.Process.Kill() })
	h.t.Cleanup(func() { timer.Stop(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return &running{h.t, cmd, stdin, bufio.NewReader(stdout), bufio.NewReader(stderr)}
}

// line fails the test unless the next line of an output has text.
func (r *running) line(from *bufio.Reader, text string) string {
	r.t.Helper()
	line, err := from.ReadString('\n')
	if !strings.Contains(line, text) || err != nil {
		r.t.Fatalf("got %q, %v, want %q", line, err, text)
	}
	return line
}

// end reads what is left of stdout and waits.
func (r *running) end() (code int, stdout string) {
	r.t.Helper()
	var rest bytes.Buffer
	_, _ = rest.ReadFrom(r.stdout)
	_ = r.cmd.Wait()
	return r.cmd.ProcessState.ExitCode(), rest.String()
}

// status returns the status of the host's group.
func (h host) status() (g command.Group, found bool) {
	h.t.Helper()
	e := h.run("status", "--json", "--scope=host")
	return h.groupIn(e.stdout)
}

func (h host) groupIn(text string) (g command.Group, found bool) {
	h.t.Helper()
	var report command.Report
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&report); err != nil || report.Version != 1 || time.Since(report.At) > soon {
		h.t.Fatalf("%v in %s", err, text)
	}
	i := slices.IndexFunc(report.Groups, func(g command.Group) bool { return g.Key == h.key })
	if i < 0 {
		return command.Group{}, false
	}
	return report.Groups[i], true
}

// await waits until the group is as it should be.
func (h host) await(what string, right func(command.Group) bool) command.Group {
	h.t.Helper()
	for deadline := time.Now().Add(soon); ; time.Sleep(10 * time.Millisecond) {
		g, _ := h.status()
		if right(g) {
			return g
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("the status is %+v, want %s", g, what)
		}
	}
}
