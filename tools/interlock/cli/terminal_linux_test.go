package cli

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// newTerminal returns both ends of a pseudoterminal (pty(7)).
func newTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudoterminals here: %v", err)
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudoterminals here: %v", err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return keyboard, terminal
}

// The program reads from the terminal, and so does what comes after it in a script.
func TestTerminal(t *testing.T) {
	t.Parallel()
	s := newHost(t).startSession(`
		"$0" lock "$1" -- sh -c 'read x; echo "in: $x"; [ -t 1 ] && [ -t 2 ]' && read y && echo "after: $y"`)
	s.enter("one\ntwo\n")
	s.await("in: one")
	s.await("after: two")
	s.end()
}

// Ctrl-Z stops the program and its lock, so that the shell continues; fg continues both, with the
// terminal.
func TestSuspend(t *testing.T) {
	t.Parallel()
	s := newHost(t).startSession(`set -m
		"$0" lock "$1" -- sh -c 'echo started; read x; echo "in: $x"'
		echo "code $?"; read y; echo "meanwhile: $y"; fg; echo "code $?"; read z; echo "after: $z"`)
	s.await("started")
	s.enter("\x1a") // Ctrl-Z
	s.await("code 148")
	s.enter("one\n")
	s.await("meanwhile: one")
	s.enter("two\n")
	s.await("in: two")
	s.await("code 0")
	s.enter("three\n")
	s.await("after: three")
	s.end()
}

// Ctrl-Z during a wait gives up the place in the queue: another waiter has the group at once when
// it is free. When the process continues, it asks again.
func TestSuspendWhileWaiting(t *testing.T) {
	t.Parallel()
	s := newHost(t).startSession(`set -m
		"$0" lock "$1" -- sh -c 'echo held; touch "$INTERLOCK_HOST_DIR.held"; sleep 5' 2>&1 &
		while [ ! -e "$INTERLOCK_HOST_DIR.held" ]; do sleep 0.01; done
		"$0" lock "$1" -- echo mine 2>/dev/null; echo "code $?"
		wait %1; "$0" lock "$1" --timeout=2s -- echo other; echo "code $?"
		fg %2; echo "code $?"; read z; echo "after: $z"`)
	s.await("held")
	time.Sleep(2 * time.Second) // until the other one waits
	s.enter("\x1a")
	for _, line := range []string{"code 148", "other", "code 0", "mine", "code 0"} {
		s.await(line)
	}
	s.enter("three\n")
	s.await("after: three")
	s.end()
}

// Without a shell that could continue it, Ctrl-Z stops nothing for long.
func TestSuspendWithoutShell(t *testing.T) {
	t.Parallel()
	s := newHost(t).startSession(`exec "$0" lock "$1" -- sh -c 'echo started; read x; echo "in: $x"'`)
	s.await("started")
	s.enter("\x1a")
	s.enter("one\n")
	s.await("in: one")
	s.end()
}

// session is a shell with a terminal for its exclusive use.
type session struct {
	t        *testing.T
	shell    *exec.Cmd
	keyboard *os.File
	screen   *bufio.Reader
	shown    strings.Builder
}

// startSession runs a script, in which $0 is this program and $1 a group.
func (h host) startSession(script string) *session {
	h.t.Helper()
	keyboard, terminal := newTerminal(h.t)
	cmd := h.command()
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", script, cmd.Path, h.key}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	// Whatever is left when the terminal is gone gets SIGHUP.
	timer := time.AfterFunc(soon, func() { _ = cmd.Process.Kill() })
	h.t.Cleanup(func() { timer.Stop(); _ = cmd.Process.Kill() })
	_ = terminal.Close()
	return &session{t: h.t, shell: cmd, keyboard: keyboard, screen: bufio.NewReader(keyboard)}
}

func (s *session) enter(text string) {
	s.t.Helper()
	if _, err := s.keyboard.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// await reads lines until one ends with text.
func (s *session) await(text string) {
	s.t.Helper()
	for {
		line, err := s.screen.ReadString('\n')
		s.shown.WriteString(line)
		switch {
		case err != nil:
			s.t.Fatalf("%v, and the terminal has no line %q, but\n%s", err, text, &s.shown)
		case strings.HasSuffix(strings.TrimRight(line, "\r\n"), text): // after what the terminal echoes of a key
			return
		}
	}
}

func (s *session) end() {
	s.t.Helper()
	if err := s.shell.Wait(); err != nil {
		s.t.Errorf("%v, and the terminal shows\n%s", err, &s.shown)
	}
}
