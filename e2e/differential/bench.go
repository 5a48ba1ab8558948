package main

import (
	"bytes"
	"context"
	"encoding/json"
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

// bench is where modules are tested.
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

// module tests the packages of a module in a folder of its own below the work
// folder.
func (b *bench) module(ctx context.Context, folder string, m module) (*report, error) {
	began := time.Now()
	dir := filepath.Join(b.work, folder)
	source := filepath.Join(dir, "module")
	m, err := b.fetch(ctx, m, source)
	if err != nil {
		return nil, err
	}
	packages, err := b.list(ctx, source, m)
	if err != nil {
		return nil, err
	}
	r := &report{module: m, packages: make([]packageReport, len(packages))}
	var running sync.WaitGroup
	slots := make(chan struct{}, b.jobs)
	for i, path := range packages {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r.packages[i] = b.newPackage(m, source, filepath.Join(dir, fmt.Sprint(i)), path).compare(ctx)
		})
	}
	running.Wait()
	r.took = time.Since(began)
	return r, errors.Join(ctx.Err(), remove(dir))
}

// fetch makes a writable copy of a module from the module cache.
func (b *bench) fetch(ctx context.Context, m module, to string) (module, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return m, err
	}
	text, err := b.goCommand(ctx, filepath.Dir(to), "mod", "download", "-json", m.String())
	if err != nil {
		return m, err
	}
	var found struct{ Version, Dir string }
	if err := json.Unmarshal(text, &found); err != nil {
		return m, fmt.Errorf("go mod download: %w", err)
	}
	m.version = found.Version
	if err := os.CopyFS(to, os.DirFS(found.Dir)); err != nil {
		return m, err
	}
	if err := makeWritable(to); err != nil {
		return m, err
	}
	if _, err := os.Stat(filepath.Join(to, "go.mod")); os.IsNotExist(err) {
		return m, os.WriteFile(filepath.Join(to, "go.mod"), []byte("module "+m.path+"\n"), 0o644)
	}
	return m, nil
}

// list returns the packages of a module that have tests, relative to it.
func (b *bench) list(ctx context.Context, source string, m module) ([]string, error) {
	args := append([]string{"list", "-e", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}"}, m.packages...)
	text, err := b.goCommand(ctx, source, args...)
	if err != nil {
		return nil, err
	}
	var packages []string
	for _, dir := range strings.Fields(string(text)) {
		path, err := filepath.Rel(source, dir)
		if err != nil {
			return nil, err
		}
		packages = append(packages, filepath.ToSlash(path))
	}
	return packages, nil
}

// makeWritable lets this user write to all that is below dir.
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
	_ = makeWritable(dir) // what it could not do, RemoveAll complains about
	return os.RemoveAll(dir)
}
