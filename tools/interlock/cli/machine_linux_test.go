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
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/command"
	"github.com/interlock-build/rules_interlock/runner/command/etcd"
)

// soon is what nothing here takes, however busy the machine is.
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

// want fails the test unless the command ended so; empty texts may be any.
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

// status returns what is known of the host's group.
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

const untilInputEnds = `echo started; cat > /dev/null; echo ended`

func TestTwoLocksExcludeOneAnother(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	holder := h.start("lock", h.key, "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	waiter := h.start("lock", h.key, "--", "echo", "second")
	line := waiter.line(waiter.stderr, "interlock: waiting for "+h.key+" since ")
	if !strings.Contains(line, ", which is held by sh -c "+untilInputEnds+" since ") {
		t.Errorf("it says %q", line)
	}
	g := h.await("a holder and a waiter", func(g command.Group) bool { return len(g.Holders) == 1 && len(g.Queue) == 1 })
	held, waits := g.Holders[0], g.Queue[0]
	if g.Scope != "host" || g.Capacity != 1 || held.Case != "sh -c "+untilInputEnds || held.Mode != "exclusive" || held.Weight != 1 ||
		!slices.Equal(held.Slots, []int{0}) || waits.Case != "echo second" || !waits.Since.After(held.Since) {
		t.Errorf("the status is %+v", g)
	}
	human := h.run("status")
	human.want(0, "host "+h.key+": capacity 1\n  holds  unit 0  sh -c ", "")
	human.want(0, "  waits          echo second ", "")
	_ = holder.stdin.Close()
	if code, stdout := holder.end(); code != 0 || stdout != "ended\n" {
		t.Errorf("the holder ended with %d and %q", code, stdout)
	}
	if code, stdout := waiter.end(); code != 0 || stdout != "second\n" {
		t.Errorf("the waiter ended with %d and %q", code, stdout)
	}
	if g, found := h.status(); found {
		t.Errorf("the status is %+v when both have ended", g)
	}
}

// With the holder dies its program, so that it does not use what others have.
func TestKilledHolderFreesTheGroup(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	holder := h.start("lock", h.key, "--", "sh", "-c", "echo started; exec sleep 1000")
	holder.line(holder.stdout, "started")
	h.await("a holder", func(g command.Group) bool { return len(g.Holders) == 1 })
	waiter := h.start("lock", h.key, "--", "sh", "-c", untilInputEnds)
	h.await("a waiter", func(g command.Group) bool { return len(g.Queue) == 1 })
	_ = holder.cmd.Process.Kill()
	if _, stdout := holder.end(); stdout != "" {
		t.Errorf("the program wrote %q", stdout)
	}
	waiter.line(waiter.stdout, "started")
	h.await("the next holder alone", func(g command.Group) bool {
		return len(g.Holders) == 1 && len(g.Queue) == 0 && strings.HasPrefix(g.Holders[0].Case, "sh -c echo started; cat")
	})
	_ = waiter.cmd.Process.Kill()
	_ = waiter.cmd.Wait()
	if g, found := h.status(); found {
		t.Errorf("the status is %+v when both were killed", g)
	}
}

func TestSharedLocksGoTogether(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for range 2 {
		r := h.start("lock", "--shared", h.key, "--", "sh", "-c", `echo "started ${INTERLOCK_SLOT_TEST-}"; cat > /dev/null`)
		r.line(r.stdout, "started")
	}
	g := h.await("two holders", func(g command.Group) bool { return len(g.Holders) == 2 })
	if g.Holders[0].Mode != "shared" || len(g.Holders[0].Slots) > 0 {
		t.Errorf("the status is %+v", g)
	}
	h.run("lock", h.key, "--timeout=10ms", "--", "true").want(124, "", h.key+" was not to be had within 10ms: it is held by sh -c ")
	h.run("status").want(0, "  holds  shared  sh -c ", "")
}

func TestProgramHasStreamsVariablesAndFolder(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Map(func(r rune) rune {
		if r == '/' {
			return '_'
		}
		return r
	}, strings.ToUpper(h.key))
	cmd := h.command("lock", h.key, "--instances=pg0,pg1,pg2", "--weight=2", "--", "sh", "-c",
		`cat; pwd; echo "$INTERLOCK_SLOT_`+part+` $INTERLOCK_`+part+`_INSTANCE $OWN"; echo to stderr >&2; exit 7`)
	cmd.Env = append(cmd.Env, "BUILD_WORKING_DIRECTORY="+dir, "OWN=mine")
	cmd.Stdin = strings.NewReader("to stdin\n")
	e := h.finish(cmd)
	if e.code != 7 || e.stdout != "to stdin\n"+dir+"\n0,1 pg0,pg1 mine\n" || e.stderr != "to stderr\n" {
		t.Errorf("exit code %d, stdout %q, stderr %q", e.code, e.stdout, e.stderr)
	}
}

func TestSignalsReachTheProgram(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1} {
		r := h.start("lock", h.key, "--", "sh", "-c",
			fmt.Sprintf("trap 'echo caught; exit 5' %d; echo started; while :; do sleep 0.05; done", int(s)))
		r.line(r.stdout, "started")
		_ = r.cmd.Process.Signal(s)
		if code, stdout := r.end(); code != 5 || stdout != "caught\n" {
			t.Errorf("%v: exit code %d, %q", s, code, stdout)
		}
	}
}

// A signal that nohup has the program ignore still is.
func TestIgnoredSignalStaysIgnored(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	cmd := h.command()
	cmd.Path, cmd.Args = "/bin/sh", []string{
		"sh", "-c", `trap '' HUP; exec "$0" lock "$1" -- sh -c 'kill -HUP $PPID $$; sleep 0.1; echo alive'`, cmd.Path, h.key,
	}
	h.finish(cmd).want(0, "alive\n", "")
}

func TestSignalEndsAWait(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	holder := h.start("lock", h.key, "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	waiter := h.start("lock", h.key, "--", "echo", "ran")
	waiter.line(waiter.stderr, "waiting for")
	_ = waiter.cmd.Process.Signal(syscall.SIGTERM)
	if code, stdout := waiter.end(); code != 143 || stdout != "" {
		t.Errorf("exit code %d, %q", code, stdout)
	}
}

// What a program leaves behind would use the group when others have it.
func TestNothingOfTheProgramIsLeft(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	e := h.run("lock", h.key, "--", "sh", "-c", "sleep 1000 & echo ran")
	e.want(0, "ran\n", "") // and the pipe is closed, or it would not have ended
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	holder := h.start("lock", h.key, "--capacity=2", "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	for _, c := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"lock x -- sh -c exit\t3", 3, ""},
		{"lock x -- sh -c kill\t-9\t$$", 137, ""},
		{"lock x -- no-such-program", 127, `"no-such-program": executable file not found in $PATH`},
		{"lock x -- /no/such/program", 127, "no such file or directory"},
		{"lock x -- " + script, 126, "permission denied"},
		{"lock KEY --capacity=3 -- true", 69, `has capacity 3 here, but `},
		{"lock", 2, `wrong arguments: lock: what to run while the group is held goes after "--"`},
		{"lock x --", 2, `goes after "--"`},
		{"lock -- true", 2, "lock takes one NAME, and got 0"},
		{"lock x y -- true", 2, "lock takes one NAME, and got 2"},
		{"lock //x -- true", 2, `the NAME "//x" cannot be a group's key: want 1 to 200 printable`},
		{"lock ä -- true", 2, `the NAME "ä" cannot be a group's key`},
		{"lock " + strings.Repeat("x", 201) + " -- true", 2, `cannot be a group's key`},
		{"lock x --weight=2 -- true", 2, "x: weight 2 is above the capacity 1"},
		{"lock x --shared --weight=2 --capacity=2 -- true", 2, "weight 2: shared use has no weight but 1"},
		{"lock x --shared --instances=a,b -- true", 2, "--shared and --instances: an instance has one user at a time"},
		{"lock x --capacity=0 -- true", 2, "-capacity: want a whole number of at least 1"},
		{"lock x --instances=a,b --capacity=3 -- true", 2, "-capacity: want the number of instances"},
		{"lock x --instances=a,a -- true", 2, "-instances: want different names with commas in between"},
		{"lock x --rate=fast -- true", 2, "write STARTS/WINDOW"},
		{"lock x --scope=build -- true", 2, "-scope: want host or cluster"},
		{"lock x --timeout=-1s -- true", 2, "--timeout=-1s: want a duration"},
		{"lock x --config=ci -- true", 2, "flag provided but not defined: -config"},
		{"status --scope=process", 2, "-scope: want build, host or cluster"},
		{"status x", 2, `status takes no arguments but flags, and got ["x"]`},
		{"host", 2, "host takes the one argument init"},
		{"host init x", 2, "host takes the one argument init"},
	} {
		args := strings.Split(strings.ReplaceAll(c.args, "KEY", h.key), " ")
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "\t", " ")
		}
		e := h.run(args...)
		e.want(c.code, "", c.stderr)
		if usage := strings.Contains(e.stderr, "usage: interlock COMMAND"); usage != (c.code == 2) || e.stdout != "" {
			t.Errorf("%s: stdout %q, stderr %q", c.args, e.stdout, e.stderr)
		}
	}
}

func TestHostInit(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	h.run("host", "init").want(0, h.folder+" is there already, and as it should be\n", "")
	if err := os.Chmod(h.folder, 0o777); err != nil {
		t.Fatal(err)
	}
	h.run("host", "init").want(1, "", "interlock: "+h.folder+" can be written by others")
	h.run("lock", h.key, "--", "true").want(69, "", h.folder+" can be written by others")
	missing := h
	missing.folder += "2"
	missing.run("lock", h.key, "--", "true").want(69, "", missing.folder+" does not exist: run `")
	relative := h
	relative.folder = "here"
	relative.run("host", "init").want(1, "", `INTERLOCK_HOST_DIR is "here": want an absolute path`)
}

// Not at a terminal, a report is printed when something has changed.
func TestWatch(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	people, machines := h.start("status", "--watch", "--scope=host"), h.start("status", "--watch", "--json")
	people.line(people.stdout, ":")
	for range 2 {
		if _, found := h.groupIn(machines.line(machines.stdout, "{")); found {
			t.Fatal("the group is held before it is")
		}
	}
	holder := h.start("lock", h.key, "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	awaitLine(t, people.stdout, func(line string) bool { return line == "host "+h.key+": capacity 1\n" })
	people.line(people.stdout, "  holds  unit 0  sh -c ")
	awaitLine(t, machines.stdout, func(line string) bool { _, found := h.groupIn(line); return found })
	_ = holder.stdin.Close()
	awaitLine(t, machines.stdout, func(line string) bool { _, found := h.groupIn(line); return !found })
}

func awaitLine(t *testing.T, from *bufio.Reader, right func(string) bool) {
	t.Helper()
	for {
		line, err := from.ReadString('\n')
		if err != nil {
			t.Fatalf("the line did not come: %v", err)
		}
		if right(line) {
			return
		}
	}
}

// A coordinator that is configured and does not answer is an error, and hides
// nothing else.
func TestCoordinatorThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	holder := h.start("lock", h.key, "--", "sh", "-c", untilInputEnds)
	holder.line(holder.stdout, "started")
	h.await("a holder", func(g command.Group) bool { return len(g.Holders) == 1 })
	cmd := h.command("status")
	cmd.Env = append(cmd.Env, "INTERLOCK_COORDINATOR=http://127.0.0.1:1")
	e := h.finish(cmd)
	e.want(1, "host "+h.key, "interlock: coordinator http://127.0.0.1:1: no answer: ")
	if strings.Count(e.stderr, "\n") != 1 {
		t.Errorf("more than one line: %q", e.stderr)
	}
	cmd = h.command("status", "--scope=host,build")
	cmd.Env = append(cmd.Env, "INTERLOCK_COORDINATOR=http://127.0.0.1:1")
	h.finish(cmd).want(0, "host "+h.key, "")
}
