package child_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// service is a script under Serve.
type service struct {
	t     *testing.T
	end   context.CancelCauseFunc
	ended chan child.Result
	done  chan error
}

// serve starts a script whose $1 is the lifeline.
func serve(t *testing.T, script string, change func(*child.Command)) (*service, *pipetest.Lifeline) {
	t.Helper()
	lifeline := pipetest.NewLifeline(t)
	c := shell(script, os.Stdout, lifeline.Path)
	if change != nil {
		change(&c)
	}
	ctx, end := context.WithCancelCause(t.Context())
	s := &service{t: t, end: end, ended: make(chan child.Result, 1), done: make(chan error, 1)}
	go func() {
		s.done <- child.Serve(ctx, c, func(int) {}, func(r child.Result) { s.ended <- r })
	}()
	return s, lifeline
}

// await fails the test if Serve does not return.
func (s *service) await() {
	s.t.Helper()
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Error(err)
		}
	case <-time.After(pipetest.Soon):
		s.t.Fatal("Serve does not return")
	}
}

func TestServeKeepsWhatTheProgramLeftUntilTheEnd(t *testing.T) {
	t.Parallel()
	s, lifeline := serve(t, `exec 9> "$1"
sh -c 'trap "echo told >&9; exit" TERM; echo up >&9; while :; do sleep 0.05; done' &
exit 0`, nil)
	if line := lifeline.Line(); line != "up" {
		t.Fatalf("it says %q", line)
	}
	if r := <-s.ended; r.ExitCode != 0 {
		t.Errorf("the program ended with %+v", r)
	}
	select {
	case err := <-s.done:
		t.Fatalf("Serve returned %v although the end has not come", err)
	case <-time.After(100 * time.Millisecond):
	}
	s.end(nil)
	s.await()
	if line := lifeline.Line(); line != "told" {
		t.Errorf("it says %q", line)
	}
	lifeline.AwaitGone()
}

func TestServeKillsWhatIgnoresTheEnd(t *testing.T) {
	t.Parallel()
	const deaf = `exec 9> "$1"; trap "" TERM; sh -c 'echo up >&9; while :; do sleep 0.05; done' & `
	hurry := make(chan struct{})
	close(hurry)
	for name, c := range map[string]struct {
		script string
		change func(*child.Command)
		cause  error
	}{
		"after the grace":              {deaf, func(c *child.Command) { c.Grace = 100 * time.Millisecond }, nil},
		"in a hurry":                   {deaf, func(c *child.Command) { c.Hurry = hurry }, nil},
		"at once":                      {deaf, nil, urgent{}},
		"the program after the grace":  {deaf + "wait", func(c *child.Command) { c.Grace = 100 * time.Millisecond }, nil},
		"the program too, in a hurry":  {deaf + "wait", func(c *child.Command) { c.Hurry = hurry }, nil},
		"the program too, and at once": {deaf + "wait", nil, urgent{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, lifeline := serve(t, c.script, c.change)
			lifeline.Line()
			if !strings.HasSuffix(c.script, "wait") {
				<-s.ended
			}
			s.end(c.cause)
			s.await()
			lifeline.AwaitGone()
		})
	}
}

type urgent struct{}

func (urgent) Error() string { return "at once" }
func (urgent) AtOnce() bool  { return true }

func TestServeOfAProgramThatCannotStart(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, "", func(c *child.Command) { c.Path = "/missing" })
	if err := <-s.done; err == nil || !strings.Contains(err.Error(), "/missing") {
		t.Errorf("error %v", err)
	}
}
