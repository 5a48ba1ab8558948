package suites

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

// goSuite is the tests of a Go module. Each package is a part, and a target.
type goSuite struct {
	name, module, version string
	server                Server
	// needs is a text that is in the tests of those packages that need the server.
	needs string
	// sql is the path of statements in the module by which PostgreSQL's template is made, if any.
	sql string
}

func (s goSuite) Name() string   { return s.name }
func (s goSuite) String() string { return s.module + "@" + s.version }
func (s goSuite) Server() Server { return s.server }

// binary is the name of a package's test binary, in the folder of the package. use.sh knows it.
const binary = "x.test"

func (s goSuite) partOf(target string) string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(target, "//"), ":")
	if folder == s.name {
		return "."
	}
	return strings.TrimPrefix(folder, s.name+"/")
}

func (s goSuite) bring(ctx context.Context, p Place) error {
	folder := filepath.Join(p.workspace(), s.name)
	if err := once(folder, s.String(), func() error { return s.build(ctx, folder) }); err != nil {
		return err
	}
	if err := s.copySQL(p); err != nil {
		return err
	}
	packages, err := s.packages(p)
	if err != nil {
		return err
	}
	for _, folder := range packages {
		needs, err := s.needsServer(filepath.Join(p.workspace(), s.name, folder))
		if err != nil {
			return err
		}
		file := path.Join(s.name, folder, "BUILD.bazel")
		if err := p.write(map[string]string{file: s.buildFile(p, needs)}); err != nil {
			return err
		}
	}
	return nil
}

// build makes a copy of the module, and the binaries of all tests in it.
func (s goSuite) build(ctx context.Context, folder string) error {
	if err := s.copy(ctx, folder); err != nil {
		return err
	}
	list, err := goCommand(ctx, folder, "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}", "./...")
	if err != nil {
		return err
	}
	for _, dir := range strings.Fields(string(list)) {
		if _, err := goCommand(ctx, dir, "test", "-c", "-o", binary, "."); err != nil {
			return err
		}
	}
	return nil
}

// copy copies the module out of the module cache.
func (s goSuite) copy(ctx context.Context, to string) error {
	text, err := goCommand(ctx, to, "mod", "download", "-json", s.String())
	if err != nil {
		return err
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(text, &found); err != nil {
		return fmt.Errorf("go mod download: %w", err)
	}
	return errors.Join(os.CopyFS(to, os.DirFS(found.Dir)), makeWritable(to))
}

// makeWritable undoes that the files of the module cache are read-only.
func makeWritable(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return os.Chmod(path, 0o644)
	})
}

func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	env := append(os.Environ(), "PWD="+dir, "GOFLAGS=-mod=mod -buildvcs=false", "GOTOOLCHAIN=local", "GOWORK=off")
	return output(ctx, dir, env, "go", args...)
}

// copySQL puts the statements beside the program that starts the server.
func (s goSuite) copySQL(p Place) error {
	if s.sql == "" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(p.workspace(), s.name, s.sql))
	if err != nil {
		return err
	}
	return p.write(map[string]string{"servers/sql/" + s.name + ".sql": string(text)})
}

// packages returns the folders of the packages that have a test binary, relative to the module.
func (s goSuite) packages(p Place) (folders []string, err error) {
	top := filepath.Join(p.workspace(), s.name)
	err = filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != binary {
			return err
		}
		folder, err := filepath.Rel(top, filepath.Dir(path))
		folders = append(folders, filepath.ToSlash(folder))
		return err
	})
	return folders, err
}

// needsServer reports whether the tests in a folder need the server.
func (s goSuite) needsServer(folder string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return false, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		if bytes.Contains(text, []byte(s.needs)) {
			return true, nil
		}
	}
	return false, nil
}

func (s goSuite) buildFile(p Place, needs bool) string {
	groups := ""
	if needs {
		groups = fmt.Sprintf("    resource_groups = {\"//servers:%s\": [\"*\"]},\n", s.server.Name)
	}
	return fmt.Sprintf(goBuildText, p.Workers, groups)
}

const goBuildText = `load("@rules_interlock//rules:defs.bzl", "grouped_test")
load("@rules_shell//shell:sh_binary.bzl", "sh_binary")

sh_binary(
    name = "program",
    srcs = ["//servers:use.sh"],
    # A test may read what lies in its folder.
    data = glob(
        ["*", "testdata/**"],
        allow_empty = True,
        exclude = ["BUILD.bazel"],
    ),
)

grouped_test(
    name = "test",
    size = "large",
    framework = "go",
    test = ":program",
    workers = %d,
%s)
`

// plain runs one package after the other.
func (s goSuite) plain(
	ctx context.Context, p Place, env environment, took func(part string, d time.Duration),
) (map[string]outcomes.Results, error) {
	converter, err := goCommand(ctx, p.Folder, "tool", "-n", "test2json")
	if err != nil {
		return nil, err
	}
	packages, err := s.packages(p)
	if err != nil {
		return nil, err
	}
	parts := map[string]outcomes.Results{}
	for _, folder := range slices.Sorted(slices.Values(packages)) {
		dir := filepath.Join(p.workspace(), s.name, folder)
		needs, err := s.needsServer(dir)
		if err != nil {
			return nil, err
		}
		var args []string
		if argument := env["SERVICES_ARGUMENT"]; needs && argument != "" {
			args = append(args, argument)
		}
		began := time.Now()
		if parts[folder], err = runBinary(ctx, dir, args, env, strings.TrimSpace(string(converter))); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		took(folder, time.Since(began))
	}
	return parts, nil
}

// runBinary runs a test binary as `go test -json` does.
func runBinary(ctx context.Context, dir string, args []string, env environment, test2json string) (outcomes.Results, error) {
	args = append([]string{"-test.v=test2json", "-test.paniconexit0", "-test.timeout=10m"}, args...)
	text, ok, err := plainly(ctx, dir, env, filepath.Join(dir, binary), args...)
	if err != nil {
		return nil, err
	}
	convert := exec.CommandContext(ctx, test2json)
	convert.Stdin = bytes.NewReader(text)
	events, err := convert.Output()
	if err != nil {
		return nil, fmt.Errorf("test2json: %w", err)
	}
	results, err := outcomes.ParseEvents(events)
	if err != nil {
		return nil, err
	}
	results.SetPackage(ok)
	return results, nil
}
