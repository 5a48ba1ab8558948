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

func (c knownCase) name() string {
	if c.variant == "" {
		return c.folder
	}
	return c.folder + ", " + c.variant
}

// expectation is a way to run a known suite, and its verdict.
type expectation struct {
	way  way
	want verdict
}

func (c knownCase) expectations() []expectation {
	var all []expectation
	if c.plain != "" {
		all = append(all, expectation{plainWay, c.plain})
	}
	if c.xdist != "" {
		all = append(all, expectation{xdistWay, c.xdist})
	}
	workers, shards := c.workers, max(c.shards, 1)
	if len(workers) == 0 {
		workers = []int{0, 3}
	}
	for _, n := range workers {
		all = append(all, expectation{ourWay(n, shards), c.ours})
	}
	return all
}

// checkKnown runs the known suites, and reports those that are not as they should be.
func checkKnown(ctx context.Context, b bench, o options) (good bool, err error) {
	var asked []knownCase
	for _, c := range knownCases {
		if o.only.MatchString(c.name()) {
			asked = append(asked, c)
		}
	}
	wrong := 0
	err = inTurn(o.jobs, len(asked), func(i int) ([]string, error) {
		return asked[i].check(ctx, b, o.folder)
	}, func(i int, problems []string) {
		if len(problems) == 0 {
			fmt.Println("ok    ", asked[i].name())
			return
		}
		wrong++
		fmt.Println("FAILED", asked[i].name())
		for _, problem := range problems {
			fmt.Println("      ", problem)
		}
	})
	fmt.Printf("known: %d suites, %d failed\n", len(asked), wrong)
	return wrong == 0 && len(asked) > 0, err
}

// check runs a suite in all ways, and returns what is wrong.
func (c knownCase) check(ctx context.Context, b bench, folder string) (problems []string, err error) {
	s := c.suite
	s.name = "known-" + strings.NewReplacer(" ", "-", ",", "").Replace(c.name())
	if s.files, err = readFiles(filepath.Join(folder, c.folder)); err != nil {
		return nil, err
	}
	err = b.with(s, func(t stand) error {
		for _, e := range c.expectations() {
			r, err := t.run(ctx, e.way)
			if err != nil {
				return err
			}
			for _, problem := range c.problems(r, e.want) {
				problems = append(problems, fmt.Sprintf("%s: %s", e.way, problem))
			}
		}
		return nil
	})
	return problems, err
}

func (c knownCase) problems(r result, want verdict) (problems []string) {
	if got := r.verdict(); got != want {
		problems = append(problems, fmt.Sprintf("%s (exit codes %v), want %s", got, r.codes, want))
	}
	switch {
	case r.way.plain:
		return problems
	case r.report == nil:
		return append(problems, "there is no test.xml")
	}
	for _, check := range c.checks {
		if problem := check(r); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

func (r result) verdict() verdict {
	switch {
	case r.timedOut:
		return hangs
	case r.green():
		return green
	}
	return red
}

// readFiles returns the texts of all files in a folder, by path.
func readFiles(folder string) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
		files[path] = string(text)
		return err
	})
	if len(files) == 0 {
		err = errors.Join(err, fmt.Errorf("%s has no files", folder))
	}
	return files, err
}
