package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// trial is one run of a suite.
type trial struct {
	stand
	way way
	dir string
}

func (r trial) source() string    { return filepath.Join(r.dir, "suite") }
func (r trial) ledger() string    { return filepath.Join(r.dir, "ledger") }
func (r trial) log() string       { return filepath.Join(r.dir, "log") }
func (r trial) runfiles() string  { return filepath.Join(r.dir, "runfiles") }
func (r trial) temporary() string { return filepath.Join(r.dir, r.longName(), "tmp") }

// longName makes a path as long as the paths in Bazel's sandboxes.
func (r trial) longName() string {
	if r.suite.longFolder {
		return strings.Repeat("long", 25)
	}
	return ""
}

// environment returns the environment of each process.
func (r trial) environment() environment {
	folders := []string{r.adapter}
	if r.way.plain {
		folders = nil
	}
	if r.way.xdist && !slices.Contains(r.suite.plugins, "xdist") {
		folders = append(folders, filepath.Join(r.env, "xdist"))
	}
	for _, plugin := range r.suite.plugins {
		folders = append(folders, filepath.Join(r.env, plugin))
	}
	return environment{
		"PATH": os.Getenv("PATH"), "HOME": r.temporary(), "LANG": "C.UTF-8",
		"PYTHONPATH": strings.Join(folders, string(os.PathListSeparator)), "PYTHONDONTWRITEBYTECODE": "1",
		"TEST_UNDECLARED_OUTPUTS_DIR": r.ledger(),
	}
}

// pytest runs the suite without the runner. Its temporary folders have short
// paths, as they have on any machine.
func (r trial) pytest(ctx context.Context) (result, error) {
	temporary, err := os.MkdirTemp("", "")
	if err = errors.Join(err, r.suite.write(r.source())); err != nil {
		return result{}, err
	}
	junit := filepath.Join(r.dir, "junit.xml")
	args := []string{"python", "-m", "pytest", "-p", "no:cacheprovider", "--junit-xml=" + junit, "-o", "junit_family=xunit1"}
	if r.way.xdist {
		args = append(args, "-n", fmt.Sprint(r.way.workers), "--dist", "loadgroup")
	}
	p := process{
		path: r.python(), args: append(args, r.suite.args...), dir: r.source(), log: r.log(), limit: limit,
		env: r.environment().with(environment{"TMPDIR": temporary}),
	}
	switch {
	case r.suite.hangs && r.way.xdist:
		p.limit = xdistLimit
	case r.suite.hangs:
		p.limit = plainLimit
	}
	return r.execute(ctx, []process{p}, func() error { return remove(temporary) }, junit)
}

// execute runs processes one after the other, and reads what they have written.
func (r trial) execute(ctx context.Context, processes []process, after func() error, reports ...string) (result, error) {
	all := result{way: r.way, ledger: r.ledger()}
	began := time.Now()
	for _, p := range processes {
		code, timedOut, err := p.run(ctx)
		if err != nil {
			return all, fmt.Errorf("%s: %w", r.way, errors.Join(err, after()))
		}
		all.codes = append(all.codes, code)
		all.timedOut = all.timedOut || timedOut
	}
	all.took = time.Since(began)
	log, err := os.ReadFile(r.log())
	all.log = string(log)
	report, err2 := readReports(reports...)
	all.report = report
	if err = errors.Join(err, err2, after()); err != nil {
		return all, fmt.Errorf("%s: %w", r.way, err)
	}
	return all, nil
}
