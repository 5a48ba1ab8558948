package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// testPackage is a package of a Go module and its test binary.
type testPackage struct {
	site
	module module
}

func (b *bench) newPackage(m module, source, dir, path string) *testPackage {
	return &testPackage{module: m, site: site{
		bench: b, whole: m.path, part: path, source: filepath.Join(source, filepath.FromSlash(path)), dir: dir,
	}}
}

func (p *testPackage) place() *site { return &p.site }

// prepare builds the test binary.
func (p *testPackage) prepare(ctx context.Context) (skipped string, err error) {
	if err := os.MkdirAll(filepath.Dir(p.program()), 0o755); err != nil {
		return "", err
	}
	if _, err := p.goCommand(ctx, p.source, "test", "-c", "-o", p.program(), "."); err != nil {
		return firstLine(err), nil
	}
	if _, err := os.Stat(p.program()); err != nil {
		return "no test binary", nil
	}
	return "", nil
}

// plain runs all tests as `go test -json` does.
func (p *testPackage) plain(ctx context.Context) (outcomes.Results, error) {
	args := append([]string{p.program(), "-test.v=test2json"}, p.args()...)
	output, exitCode, err := p.start(ctx, p.program(), args, nil)
	if err != nil {
		return nil, err
	}
	converter := exec.CommandContext(ctx, p.test2json)
	converter.Stdin, converter.Env = bytes.NewReader(output), p.env.list()
	events, err := converter.Output()
	if err != nil {
		return nil, fmt.Errorf("test2json: %w", err)
	}
	r, err := outcomes.ParseEvents(events)
	if err != nil {
		return nil, err
	}
	r.SetPackage(exitCode == 0)
	return r, p.keepLog("go", output)
}

func (p *testPackage) withRunner(ctx context.Context, s setting) (outcomes.Results, error) {
	return p.runShards(ctx, "go", p.args(), s)
}

// args returns the arguments for the test binary on both sides. The first ones are what `go test`
// passes.
func (p *testPackage) args() []string {
	return append([]string{"-test.paniconexit0", "-test.timeout=" + (maxSlowdown * p.limit).String()}, p.module.args...)
}
