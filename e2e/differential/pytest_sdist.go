package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// test runs the suite with each of its pytests.
func (s suite) test(ctx context.Context, b *bench, dir string) (*report, error) {
	s, archive, err := s.download(ctx, filepath.Join(dir, "sdist"))
	if err != nil {
		return nil, err
	}
	var subjects []subject
	for i, pytest := range s.pytests {
		subjects = append(subjects, b.newSuite(s, pytest, archive, filepath.Join(dir, fmt.Sprint(i))))
	}
	return &report{
		target: ofPyPI + s.project, title: s.String(), parts: "pytests",
		packages: b.compareAll(ctx, subjects, b.settings(1, 3)),
	}, nil
}

// download downloads the sources of the project, and returns their version.
func (s suite) download(ctx context.Context, to string) (found suite, archive string, err error) {
	if err := pip(ctx, "download", "--no-deps", "--no-binary="+s.project, "--dest="+to, s.requirement()); err != nil {
		return s, "", err
	}
	files, err := filepath.Glob(filepath.Join(to, "*.tar.gz"))
	if err != nil || len(files) != 1 {
		return s, "", fmt.Errorf("%s: %d files in %s, want one .tar.gz", s, len(files), to)
	}
	name := strings.TrimSuffix(filepath.Base(files[0]), ".tar.gz")
	s.version = name[strings.LastIndexByte(name, '-')+1:]
	return s, files[0], nil
}

// unpack unpacks the sources without their top folder.
func unpack(ctx context.Context, archive, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return command(ctx, "tar", "--extract", "--file="+archive, "--directory="+to, "--strip-components=1")
}

// pip runs pip with the user's settings, such as the source of packages.
func pip(ctx context.Context, args ...string) error {
	return command(ctx, "python3", append([]string{"-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"}, args...)...)
}

// command runs a program that prints nothing unless it fails.
func command(ctx context.Context, name string, args ...string) error {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return nil
}
