package suites

import (
	"bytes"
	"context"
	_ "embed" // for the file of the witness
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// binary is the name of a package's test binary, in the folder of the package. It is for plain runs:
// Bazel makes its own.
const binary = "x.test"

func (s goSuite) partOf(target string) string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(target, "//"), ":")
	if folder == s.name {
		return "."
	}
	return strings.TrimPrefix(folder, s.name+"/")
}

func (s goSuite) bring(ctx context.Context, p Place) error {
	folder := p.path(s.name)
	if err := once(folder, s.String()+"\n"+witnessFile, func() error { return s.build(ctx, folder) }); err != nil {
		return err
	}
	return s.copySQL(p)
}

// build makes a copy of the module, and the binaries of all tests in it.
func (s goSuite) build(ctx context.Context, folder string) error {
	if err := s.copy(ctx, folder); err != nil {
		return err
	}
	packages, err := goCommand(ctx, folder, "list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}", "./...")
	if err != nil {
		return err
	}
	for _, dir := range strings.Fields(string(packages)) {
		if err := s.addWitness(dir); err != nil {
			return err
		}
		if _, err := goCommand(ctx, dir, "test", "-c", "-o", binary, "."); err != nil {
			return err
		}
	}
	return nil
}

//go:embed servers/zz_services_test.go.txt
var witnessFile string

// addWitness adds a file to the tests in a folder, if they need the server.
func (s goSuite) addWitness(dir string) error {
	clause, err := s.needsServer(dir)
	if err != nil || clause == "" {
		return err
	}
	text := strings.Replace(witnessFile, "package PACKAGE", clause, 1)
	return os.WriteFile(filepath.Join(dir, "zz_services_test.go"), []byte(text), 0o644)
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
	text, err := os.ReadFile(p.path(s.name, s.sql))
	if err != nil {
		return err
	}
	return p.write(map[string]string{"servers/sql/" + s.name + ".sql": string(text)})
}

// packages returns the folders of the packages that have a test binary, relative to the module.
func (s goSuite) packages(p Place) (folders []string, err error) {
	top := p.path(s.name)
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

func (s goSuite) Needing(p Place) (int, error) {
	folders, err := s.needing(p)
	return len(folders), err
}

// needing returns the folders of the packages whose tests need the server.
func (s goSuite) needing(p Place) (folders []string, err error) {
	packages, err := s.packages(p)
	if err != nil {
		return nil, err
	}
	for _, folder := range packages {
		clause, err := s.needsServer(p.path(s.name, folder))
		if err != nil {
			return nil, err
		}
		if clause != "" {
			folders = append(folders, folder)
		}
	}
	return folders, nil
}

// packageClause is the line that says to which package a file belongs.
var packageClause = regexp.MustCompile(`(?m)^package \w+`)

// needsServer returns the package clause of the first file of tests in a folder that needs the
// server; empty if none does.
func (s goSuite) needsServer(folder string) (clause string, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if strings.Contains(string(text), s.needs) {
			return packageClause.FindString(string(text)), nil
		}
	}
	return "", nil
}

// plain runs one package after the other.
func (s goSuite) plain(
	ctx context.Context, p Place, env environment, oneByOne bool, took func(part string, d time.Duration),
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
		dir := p.path(s.name, folder)
		began := time.Now()
		if parts[folder], err = runBinary(ctx, dir, env, strings.TrimSpace(string(converter)), oneByOne); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		took(folder, time.Since(began))
	}
	return parts, nil
}

// runBinary runs a test binary as `go test -json` does.
func runBinary(ctx context.Context, dir string, env environment, test2json string, oneByOne bool) (outcomes.Results, error) {
	args := []string{"-test.v=test2json", "-test.paniconexit0", "-test.timeout=10m"}
	if oneByOne {
		args = append(args, "-test.parallel=1")
	}
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
