package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// build is a build of Bazel: an output base with the files of the groups.
type build struct {
	plan   plan
	number int
	// dir is the output base, and files has the programs of the groups.
	dir, files string
}

// programs are the programs of a group.
var groupPrograms = []caselog.Event{instance.Setup, instance.Health, instance.Reset}

func newBuild(dir string, number int, p plan, program string) (*build, error) {
	b := &build{plan: p, number: number, dir: dir, files: filepath.Join(dir, "files")}
	for _, folder := range []string{filepath.Join(dir, "server"), b.bin(), b.files} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	for _, g := range p.groups {
		for _, suffix := range lockSuffixes {
			if err := makeLockFile(b.lockFile(g.name, suffix)); err != nil {
				return nil, err
			}
		}
		if err := b.writePrograms(g, program); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *build) bin() string {
	return filepath.Join(b.dir, "execroot/_main/bazel-out/k8-fastbuild/bin/r")
}

var lockSuffixes = []string{".queue.lock", ".units.lock"}

func (b *build) lockFile(group, suffix string) string { return filepath.Join(b.bin(), group+suffix) }

func makeLockFile(path string) error { return os.WriteFile(path, []byte("a lock file\n"), 0o444) }

// programFile is the file of a program of a group.
func (b *build) programFile(group string, which caselog.Event) string {
	return filepath.Join(b.files, group+"."+string(which))
}

// writePrograms writes scripts, so that each is a file of its own that can be touched.
func (b *build) writePrograms(g group, program string) error {
	g.config.Group = b.plan.logged(g.name, b.number)
	config, err := json.Marshal(g.config)
	if err != nil {
		return err
	}
	for _, which := range groupPrograms {
		text := fmt.Sprintf("#!/bin/sh\nexec '%s' %s '%s'\n", program, which, config)
		if err := os.WriteFile(b.programFile(g.name, which), []byte(text), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// fresh is the suffix of a file that is about to replace another one.
const fresh = ".new"

// touch writes a program of a group again.
func (b *build) touch(group string, which caselog.Event) error {
	path := b.programFile(group, which)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+fresh, text, 0o755); err != nil {
		return err
	}
	return os.Rename(path+fresh, path)
}

// rewrite replaces the lock files of a group, as Bazel does after `bazel clean`.
func (b *build) rewrite(w *world, group string) error {
	name := b.plan.logged(group, b.number)
	if err := w.Say(caselog.Rewrite, "files", name); err != nil {
		return err
	}
	for _, suffix := range lockSuffixes {
		path := b.lockFile(group, suffix)
		if err := makeLockFile(path + fresh); err != nil {
			return err
		}
		if err := os.Rename(path+fresh, path); err != nil {
			return err
		}
	}
	return w.Say(caselog.Rewritten, "files", name)
}

// runfiles are the runfiles of a group, and where they are.
func (b *build) runfiles(g group) map[string]string {
	files := map[string]string{}
	for _, which := range groupPrograms {
		files["r/"+g.name+"."+string(which)] = b.programFile(g.name, which)
	}
	return files
}

// setupFiles is the list of the files that a group's programs need.
func setupFiles(g group) string {
	var lines []string
	for _, which := range groupPrograms {
		lines = append(lines, "_main/r/"+g.name+"."+string(which))
	}
	return strings.Join(lines, "\n") + "\n"
}
