package suites

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Plain runs a suite without Bazel and without Interlock, on one server: one part after the other, and
// so the tests of a part, except those that call t.Parallel. With oneByOne they do, too.
func (p Place) Plain(ctx context.Context, s Suite, oneByOne bool) (r Result, err error) {
	if err := p.clearLog(); err != nil {
		return r, err
	}
	began := time.Now()
	server, err := p.start(ctx, s.Server())
	if err != nil {
		return r, err
	}
	r.SetUpTook, r.PartTook = time.Since(began), map[string]time.Duration{}
	defer func() { err = errors.Join(err, server.stop()) }()
	began = time.Now()
	// Nobody asks for the witness, because there is only one server.
	took := func(part string, d time.Duration) { r.PartTook[part] = d }
	if r.Parts, err = s.plain(ctx, p, server.env.without("SERVICES_INSTANCE"), oneByOne, took); err != nil {
		return r, fmt.Errorf("%s: %w", s, err)
	}
	r.Took = time.Since(began)
	r.SetUps, err = p.logged("setups")
	return r, err
}

// plainly runs a program of tests, and returns what it prints and whether it ended with 0.
func plainly(ctx context.Context, dir string, env environment, name string, args ...string) (log []byte, ok bool, err error) {
	temporary, err := os.MkdirTemp("", "public-suites")
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	var both bytes.Buffer
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Stdout, command.Stderr = dir, &both, &both
	command.Env = env.with(environment{"PATH": searchPath, "PWD": dir, "TEST_TMPDIR": temporary, "TMPDIR": temporary}).list()
	err = command.Run()
	exit := (*exec.ExitError)(nil)
	if errors.As(err, &exit) {
		return both.Bytes(), false, ctx.Err()
	}
	return both.Bytes(), err == nil, err
}
