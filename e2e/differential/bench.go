package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// bench is where modules and suites are tested.
type bench struct {
	options
	test2json string
	env       environment
}

func newBench(ctx context.Context, o options) (*bench, error) {
	b := &bench{options: o, env: hostEnvironment()}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOENV"} { // which depend on HOME
		value, err := b.goCommand(ctx, o.work, "env", name)
		if err != nil {
			return nil, err
		}
		b.env[name] = strings.TrimSpace(string(value))
	}
	b.env["HOME"] = filepath.Join(o.work, "home")
	path, err := b.goCommand(ctx, o.work, "tool", "-n", "test2json")
	b.test2json = strings.TrimSpace(string(path))
	return b, errors.Join(err, os.MkdirAll(b.env["HOME"], 0o755))
}

// goCommand returns what a go command prints.
func (b *bench) goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = b.env.with(environment{
		"PWD": dir, "GOFLAGS": "-mod=mod -buildvcs=false", "GOTOOLCHAIN": "local", "GOWORK": "off",
	}).list()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return output, err
}

// settings returns the settings that are asked for; usual is the number of shards if none is.
func (b *bench) settings(usual ...int) []setting {
	shards := b.shards
	if len(shards) == 0 {
		shards = usual
	}
	var all []setting
	for _, s := range shards {
		for _, w := range b.workers {
			all = append(all, setting{s, w})
		}
	}
	return all
}

// test tests a target in a folder of its own below the work folder.
func (b *bench) test(ctx context.Context, folder string, t target) (*report, error) {
	began := time.Now()
	dir := filepath.Join(b.work, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	r, err := t.test(ctx, b, dir)
	if err != nil {
		return nil, err
	}
	r.took = time.Since(began)
	return r, errors.Join(ctx.Err(), remove(dir))
}

// compareAll compares the sides of several subjects, some in parallel.
func (b *bench) compareAll(ctx context.Context, subjects []subject, settings []setting) []packageReport {
	reports := make([]packageReport, len(subjects))
	var running sync.WaitGroup
	slots := make(chan struct{}, b.jobs)
	for i, s := range subjects {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			reports[i] = compareSides(ctx, s, settings)
		})
	}
	running.Wait()
	return reports
}

// makeWritable lets this user write to everything below dir.
func makeWritable(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, info.Mode()|0o700)
		}
		return os.Chmod(path, info.Mode()|0o200)
	})
}

func remove(dir string) error {
	_ = makeWritable(dir) // RemoveAll reports what it could not do
	return os.RemoveAll(dir)
}
