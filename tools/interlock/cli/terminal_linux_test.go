package cli

import (
	"bufio"
	"fmt"
	"os"
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

// The program reads from the terminal, and what comes after it in a script does
// so too.
func TestTerminal(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	keyboard, terminal := newTerminal(t)
	cmd := h.command()
	cmd.Path, cmd.Args = "/bin/sh", []string{
		"sh", "-c",
		`BE_INTERLOCK=1 "$0" lock "$1" -- sh -c 'read x; echo "in: $x"; [ -t 1 ] && [ -t 2 ]' && read y && echo "after: $y"`, cmd.Path, h.key,
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // with the lock, whose program dies with it
	timer := time.AfterFunc(soon, kill)
	defer timer.Stop()
	_ = terminal.Close()
	if _, err := keyboard.WriteString("one\ntwo\n"); err != nil {
		kill()
		t.Fatal(err)
	}
	var seen strings.Builder
	for lines := bufio.NewScanner(keyboard); lines.Scan(); {
		seen.WriteString(lines.Text() + "\n")
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(seen.String(), "in: one") || !strings.Contains(seen.String(), "after: two") {
		t.Errorf("%v, and the terminal shows\n%s", err, &seen)
	}
}
