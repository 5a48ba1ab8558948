package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxSlowdown is the factor by which the tests may take longer than the limit: the runner may
// start a process for each, and the load of the machine varies.
const maxSlowdown = 5

// site is where the tests of a package, or of a suite, run.
type site struct {
	*bench
	// whole is what the tests are part of, and part which of its tests they are.
	whole, part string
	// source is the folder in which they run, and dir the folder for everything else.
	source, dir string
	// own are variables that all programs of this site see.
	own environment
}

// label is the test's name for the runner.
func (p *site) label() string { return "//" + p.whole + "/" + p.part + ":test" }

// program is the file that the runner wraps.
func (p *site) program() string { return filepath.Join(p.dir, "runfiles", "_main", "x.test") }

// start runs a program in the folder of the tests, with temporary folders of its own, and returns
// its output.
func (p *site) start(ctx context.Context, path string, args []string, more environment) (output []byte, exitCode int, err error) {
	ctx, cancel := context.WithTimeout(ctx, (maxSlowdown+1)*p.limit)
	defer cancel()
	tmp, err := os.MkdirTemp(p.dir, "tmp")
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, remove(tmp)) }()
	var both bytes.Buffer
	cmd := exec.CommandContext(ctx, path)
	cmd.Args, cmd.Dir = args, p.source
	cmd.Env = p.env.with(p.own).with(environment{
		"PWD": p.source, "TMPDIR": tmp, "TEST_TMPDIR": tmp, "RUNFILES_DIR": filepath.Join(p.dir, "runfiles"),
		"TEST_TARGET": p.label(), "TEST_TIMEOUT": fmt.Sprint(int((maxSlowdown * p.limit).Seconds())),
	}).with(more).list()
	cmd.Stdout, cmd.Stderr = &both, &both
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	exit := (*exec.ExitError)(nil)
	if ctx.Err() != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, context.Cause(ctx))
	}
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return nil, 0, err
	}
	return both.Bytes(), cmd.ProcessState.ExitCode(), nil
}

// keepLog writes the output of a run to where the user wants it.
func (p *site) keepLog(name string, output []byte) error {
	if p.logs == "" {
		return nil
	}
	dir := filepath.Join(p.logs, filepath.FromSlash(p.whole), filepath.FromSlash(p.part))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, name+"-*.log")
	if err != nil {
		return err
	}
	_, err = file.Write(output)
	return errors.Join(err, file.Close())
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}
