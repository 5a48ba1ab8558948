package cli

import (
	"bufio"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
)

// If stdout is not a terminal, a report is printed when something has changed.
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

// A configured coordinator that does not answer is an error, and hides nothing else.
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
