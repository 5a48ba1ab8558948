package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

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

// The program of a holder dies with it, so that it does not use what others have.
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

// If nohup makes the program ignore a signal, it still does.
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

// Processes that a program left behind would use the group when others have it.
func TestNothingOfTheProgramIsLeft(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	e := h.run("lock", h.key, "--", "sh", "-c", "sleep 1000 & echo ran")
	e.want(0, "ran\n", "") // and the pipe is closed; otherwise it would not have ended
}
