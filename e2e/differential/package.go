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

// maxSlowdown is how much longer than the limit the tests may take at last: the
// runner may start a process for each, and other work of the machine comes and
// goes.
const maxSlowdown = 5

// testPackage is a package of a module and its test binary.
type testPackage struct {
	*bench
	module module
	// path is relative to the module, source the folder in which tests run.
	path, source string
	// dir is the folder for everything else.
	dir string
}

func (b *bench) newPackage(m module, source, dir, path string) *testPackage {
	return &testPackage{
		bench: b, module: m, path: path, source: filepath.Join(source, filepath.FromSlash(path)), dir: dir,
	}
}

// setting is how the runner is started, written as SHARDS×WORKERS.
type setting struct{ shards, workers int }

func (s setting) String() string { return fmt.Sprintf("%d×%d", s.shards, s.workers) }

// compare runs the tests in all ways.
func (p *testPackage) compare(ctx context.Context) packageReport {
	r := packageReport{path: p.path, found: map[difference][]setting{}}
	r.problem = p.fill(ctx, &r)
	if err := remove(filepath.Join(p.dir, "runfiles")); err != nil && r.problem == nil {
		r.problem = err
	}
	return r
}

func (p *testPackage) fill(ctx context.Context, r *packageReport) error {
	if err := p.build(ctx); err != nil {
		r.skipped = firstLine(err)
		return nil
	}
	began := time.Now()
	first, err := p.goTest(ctx)
	if took := time.Since(began); took > p.limit {
		r.skipped = fmt.Sprintf("takes longer than %s under go test", p.limit)
		return nil
	}
	second, err2 := p.goTest(ctx)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	r.tests, r.subtests = first.count()
	for _, d := range selfDifferences(first, second) {
		r.found[d] = nil
	}
	for _, shards := range p.shards {
		for _, workers := range p.workers {
			s := setting{shards, workers}
			if err := p.try(ctx, s, first, second, r); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
	}
	return nil
}

// try runs the tests with one setting of the runner. It does so once more if
// something is different for the first time, to see whether it is so always.
func (p *testPackage) try(ctx context.Context, s setting, first, second results, r *packageReport) error {
	ours, err := p.runner(ctx, s)
	if err != nil {
		return err
	}
	found := compare(first, second, ours)
	if r.hasAll(found) {
		r.add(s, found)
		return nil
	}
	again, err := p.runner(ctx, s)
	if err != nil {
		return err
	}
	r.add(s, confirmed(found, compare(first, second, again)))
	return nil
}

func (p *testPackage) binary() string { return filepath.Join(p.dir, "runfiles", "_main", "x.test") }

func (p *testPackage) build(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(p.binary()), 0o755); err != nil {
		return err
	}
	if _, err := p.goCommand(ctx, p.source, "test", "-c", "-o", p.binary(), "."); err != nil {
		return err
	}
	if _, err := os.Stat(p.binary()); err != nil {
		return errors.New("no test binary")
	}
	return nil
}

// start runs a program in the folder of the package, with temporary folders of
// its own, and returns what it writes.
func (p *testPackage) start(ctx context.Context, path string, args []string, more environment) (output []byte, exitCode int, err error) {
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
	cmd.Env = p.env.with(environment{
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

// label is the test's name for the runner.
func (p *testPackage) label() string { return "//" + p.module.path + "/" + p.path + ":test" }

// args are for the test binary, whoever starts it. Those in front are what
// `go test` gives it.
func (p *testPackage) args() []string {
	return append([]string{"-test.paniconexit0", "-test.timeout=" + (maxSlowdown * p.limit).String()}, p.module.args...)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}
