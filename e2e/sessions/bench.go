package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// bench is where suites run.
type bench struct {
	env, runner, adapter, work string
	// keep is a folder that gets everything at the end, or empty.
	keep string
}

func (b bench) python() string { return filepath.Join(b.env, "python", "bin", "python") }

// stand is a suite in a folder of its own.
type stand struct {
	bench
	suite suite
	dir   string
}

// with calls a function with a folder for a suite.
func (b bench) with(s suite, do func(stand) error) (err error) {
	home := b.work
	if b.keep != "" {
		home = b.keep
	}
	dir, err := filepath.Abs(filepath.Join(home, s.name))
	if err != nil {
		return err
	}
	// A folder of an earlier run would have its notes.
	if err := errors.Join(os.MkdirAll(home, 0o755), os.Mkdir(dir, 0o755)); err != nil {
		return err
	}
	if b.keep == "" {
		defer func() { err = errors.Join(err, remove(dir)) }()
	}
	if err := do(stand{b, s, dir}); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// run runs the suite in one way, with a fresh copy of its files.
func (t stand) run(ctx context.Context, w way) (result, error) {
	r := trial{stand: t, way: w, dir: filepath.Join(t.dir, strings.NewReplacer(" ", "-", ",", "").Replace(w.String()))}
	for _, dir := range []string{r.temporary(), r.ledger()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return result{}, err
		}
	}
	if w.plain {
		return r.pytest(ctx)
	}
	return r.ours(ctx)
}

// remove removes a folder in which tests may have removed permissions.
func remove(dir string) error {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700) // RemoveAll reports what this could not do
		}
		return nil
	})
	return os.RemoveAll(dir)
}
