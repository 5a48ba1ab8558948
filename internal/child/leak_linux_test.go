package child_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// leakOf runs a script that may leave something behind, and returns what Run reports about that.
func leakOf(t *testing.T, limit time.Duration, script string, args ...string) string {
	t.Helper()
	var output bytes.Buffer
	c := shell(script, &output, args...)
	c.LeakTimeout = limit
	return runCommand(t.Context(), t, c).Leak
}

func TestLeaks(t *testing.T) {
	t.Parallel()
	const short = 50 * time.Millisecond
	for name, c := range map[string]struct {
		limit  time.Duration
		script string
		want   string
	}{
		"nothing":                       {short, "echo hello", ""},
		"a process that ends in time":   {pipetest.Soon, "sleep 0.05 &", ""},
		"a process":                     {short, "sleep 1000 &", "left a process running, which was killed"},
		"one without output":            {short, "sleep 1000 >/dev/null 2>&1 &", "left a process running, which was killed"},
		"two processes":                 {short, "sleep 1000 & sleep 1000 &", "left 2 processes running, which were killed"},
		"a process and nobody looks":    {0, "sleep 1000 &", ""},
		"a process that was killed":     {short, "sleep 1000 >/dev/null 2>&1 & kill -9 $!", ""},
		"a process that was waited for": {short, "sleep 0.01 & wait", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := leakOf(t, c.limit, c.script); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A process that left the group is a leak too, whether it has the output open or not. It is
// killed, because it may have what the next case needs, and so are the processes that it has
// started.
func TestLeakOutsideOfTheGroup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ script, want string }{
		"with the output":    {`setsid sh -c 'echo started >&9; exec sleep 1000' &`, "left a process running in another process group, which was killed"},
		"without it":         {`setsid sh -c 'echo started >&9; exec sleep 1000' >/dev/null 2>&1 &`, "left a process running in another process group, which was killed"},
		"with a child":       {`setsid sh -c 'sleep 1000 & echo started >&9; wait' >/dev/null 2>&1 &`, "left 2 processes running, which were killed"},
		"of another session": {`setsid sh -c 'setsid sleep 1000 & echo started >&9; wait' >/dev/null 2>&1 &`, "left 2 processes running, which were killed"},
	} {
		t.Run(name, func(t *testing.T) {
			started := pipetest.NewLifeline(t)
			got := leakOf(t, 50*time.Millisecond, `exec 9> "$1"; `+c.script+` read x < "$2"`, started.Path, openedAfter(t, started))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			started.AwaitGone()
		})
	}
}

// What one program has left does not count as another's.
func TestStraysAreThoseOfTheirProgram(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	started := pipetest.NewLifeline(t)
	ended := make(chan string)
	go func() {
		var output bytes.Buffer
		c := shell(`exec 9> "$1"; (setsid sh -c 'echo started >&9; exec sleep 1000' &); exec sleep 1000`, &output, started.Path)
		ended <- runCommand(ctx, t, c).Leak
	}()
	started.Line()
	if got := leakOf(t, 20*time.Millisecond, "echo hello"); got != "" {
		t.Errorf("got %q for a program that left nothing", got)
	}
	cancel()
	<-ended
	started.AwaitGone()
}

// A program that is stopped has no time to clean up.
func TestStoppedProgramHasNoLeak(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	started := pipetest.NewLifeline(t)
	go func() {
		started.Line()
		cancel()
	}()
	var output bytes.Buffer
	c := shell(`exec 9> "$1"; trap 'exit 1' TERM; (trap '' TERM; echo started >&9; while :; do sleep 1000; done) & wait`, &output, started.Path)
	c.LeakTimeout = time.Millisecond
	if result := runCommand(ctx, t, c); result.Leak != "" {
		t.Errorf("got %+v", result)
	}
	started.AwaitGone()
}
