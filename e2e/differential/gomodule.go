package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// test tests the packages of a module.
func (m module) test(ctx context.Context, b *bench, dir string) (*report, error) {
	source := filepath.Join(dir, "module")
	m, err := b.fetch(ctx, m, source)
	if err != nil {
		return nil, err
	}
	packages, err := b.list(ctx, source, m)
	if err != nil {
		return nil, err
	}
	var subjects []subject
	for i, path := range packages {
		subjects = append(subjects, b.newPackage(m, source, filepath.Join(dir, fmt.Sprint(i)), path))
	}
	return &report{
		target: m.path, title: m.String(), parts: "packages",
		packages: b.compareAll(ctx, subjects, b.settings(1, 2, 5)),
	}, nil
}

// fetch makes a writable copy of a module from the module cache.
func (b *bench) fetch(ctx context.Context, m module, to string) (module, error) {
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
