package child_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/child"
	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]child.Result{
		"exit 0":        {},
		"exit 1":        {ExitCode: 1},
		"exit 255":      {ExitCode: 255},
		"kill -KILL $$": {ExitCode: 128 + 9, Signal: "killed"},
		"kill -SEGV $$": {ExitCode: 128 + 11, Signal: "segmentation fault"},
	} {
		if got, _ := run(t, script); got != want {
			t.Errorf("%s: got %+v, want %+v", script, got, want)
		}
	}
}

func TestArgumentsAndEnvironmentAreExactlyThoseGiven(t *testing.T) {
	t.Parallel()
	var output bytes.Buffer
	c := shell(`printf '%s|' "$@" "$X" "${HOME-none}"`, &output, "a b", "", "$c")
	c.Env = []string{"X=1 2"}
	runCommand(t.Context(), t, c)
	if want := "a b||$c|1 2|none|"; output.String() != want {
		t.Errorf("got %q, want %q", output.String(), want)
	}
}

func TestProgramThatCannotStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"not-executable": {"#!/bin/sh\n", 0o644, "permission denied"},
		"no-shebang":     {"echo hello\n", 0o755, "exec format error"},
		"no-interpreter": {"#!" + dir + "/nowhere\n", 0o755, "no such file or directory"},
	} {
		path := filepath.Join(dir, name)
		pipetest.WriteFile(t, path, c.content, c.mode)
		wantStartError(t, path, c.want)
	}
	wantStartError(t, filepath.Join(dir, "missing"), "no such file or directory")
}

func wantStartError(t *testing.T, path, want string) {
	t.Helper()
	_, err := child.Run(t.Context(), child.Command{Path: path, Output: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1 {
		t.Errorf("%s: error %v, want %q and the path once", path, err, want)
	}
}

func TestStdinIsInherited(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(path, []byte("from the outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	var output bytes.Buffer
	c := shell("cat", &output)
	c.Stdin = stdin
	runCommand(t.Context(), t, c)
	if output.String() != "from the outside" {
		t.Errorf("the program read %q", output.String())
	}
}

func TestNoStdinIsAnEmptyOne(t *testing.T) {
	t.Parallel()
	if result, output := run(t, "cat"); result.ExitCode != 0 || output != "" {
		t.Errorf("got %+v, %q", result, output)
	}
}
