package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withBazel returns an environment with a Bazel that is a shell script, in a
// workspace.
func withBazel(t *testing.T, script string) (getenv func(string) string, workspace string) {
	t.Helper()
	workspace = t.TempDir()
	program := filepath.Join(t.TempDir(), "bazel")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"RULES_INTERLOCK_BAZEL": program, "BUILD_WORKING_DIRECTORY": workspace}
	return func(name string) string { return vars[name] }, workspace
}

func TestResources(t *testing.T) {
	getenv, _ := withBazel(t, `
if [ "$1" = query ]; then echo //a:x; exit; fi
echo '--local_resources=//b//db=1'
echo
echo '--local_resources=//a//db=2
--local_resources=//b//db=3'
`)
	var stdout, stderr bytes.Buffer
	if code := run([]string{"resources"}, getenv, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d, %s", code, &stderr)
	}
	if got, want := stdout.String(), "--local_resources=//a//db=2\n--local_resources=//b//db=3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFlagsAndPatternsReachBazel(t *testing.T) {
	getenv, workspace := withBazel(t, `
printf '%s\n' "$@" > $1.arguments
case $1 in
query) echo //a:x; echo //b:y ;;
cquery) for last; do true; done; cp "${last#--query_file=}" query ;;
esac
`)
	var stdout, stderr bytes.Buffer
	args := []string{"resources", "--config=ci", "//a/...", "//b:all", "-//a:slow"}
	if code := run(args, getenv, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d, %s", code, &stderr)
	}
	for file, want := range map[string]string{
		"query.arguments": "query\n--noshow_progress\n--ui_event_filters=-info\n--output=label\n--\n" +
			`let tests = kind("^(go_)?grouped_test rule$", "//a/..." + "//b:all" - "//a:slow") ` +
			`in $tests - attr(tags, "[\[ ]manual[,\]]", $tests)` + "\n",
		"cquery.arguments": "cquery\n--noshow_progress\n--ui_event_filters=-info\n--config=ci\n--output=starlark\n--starlark:expr=" + flagsOfTarget + "\n--query_file=",
		"query":            "set(//a:x\n//b:y\n)",
	} {
		got, err := os.ReadFile(filepath.Join(workspace, file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(got), want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ given, want []string }{
		{nil, []string{"//..."}},
		{[]string{"-//a"}, []string{"//...", "-//a"}},
		{[]string{"//a", "-//b"}, []string{"//a", "-//b"}},
		{[]string{"-//a", "//b", "-//c"}, []string{"//b", "-//c"}},
	} {
		if got := (arguments{patterns: c.given}).orAll(); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.given, got, c.want)
		}
	}
}

func TestNoTests(t *testing.T) {
	getenv, _ := withBazel(t, `[ "$1" = query ]`)
	var stdout, stderr bytes.Buffer
	if code := run([]string{"resources"}, getenv, &stdout, &stderr); code != 0 || stdout.Len() > 0 {
		t.Errorf("exit code %d, %q, %s", code, &stdout, &stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"--help", "-h", "help"} {
		var stdout, stderr bytes.Buffer
		code := run([]string{arg}, func(string) string { return "" }, &stdout, &stderr)
		if code != 0 || stderr.Len() > 0 {
			t.Errorf("exit code %d, %s", code, &stderr)
		}
		for _, want := range []string{"usage: interlock COMMAND", "\n  timings ", "\n  --interlock-case-timeout=D\n", "\n  --interlock-plan="} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("no %q in %s", want, &stdout)
			}
		}
	}
}

func TestHelpOfCommands(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"plan", "--help"}, "usage: interlock plan [--json] [FLAG...] TARGET\n\nBuilds TARGET"},
		{[]string{"timings", "//a", "-h"}, "usage: interlock timings [--from DIR]... [--force] "},
		{[]string{"status", "--help"}, "usage: interlock status [--watch] "},
		{[]string{"lock", "--help"}, "usage: interlock lock NAME [--scope=host|cluster] "},
		{[]string{"host", "--help"}, "usage: interlock host init\n"},
		{[]string{"help", "resources"}, "usage: interlock resources [FLAG...] [PATTERN...]\n"},
		{[]string{"--version"}, "interlock "},
	} {
		var stdout, stderr bytes.Buffer
		code := run(c.args, func(string) string { return "" }, &stdout, &stderr)
		if code != 0 || stderr.Len() > 0 || !strings.HasPrefix(stdout.String(), c.want) {
			t.Errorf("%q: exit code %d, stderr %q, stdout %q", c.args, code, &stderr, &stdout)
		}
	}
	if asksForHelp([]string{"x", "--", "program", "--help"}) {
		t.Error("the help of the program is meant")
	}
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		script string
		code   int
		stderr string
	}{
		"no command":      {nil, "", 2, "usage: "},
		"unknown command": {[]string{"resource"}, "", 2, "interlock: unknown command \"resource\"\nhint: did you mean \"resources\"? interlock --help lists the commands\n"},
		"no near command": {[]string{"foo"}, "", 2, "interlock: unknown command \"foo\"\nhint: interlock --help lists the commands\n"},
		"Bazel fails":     {[]string{"resources"}, "echo no such package >&2; exit 7", 1, "exit status 7"},
		"Bazel complains": {[]string{"resources"}, "echo no such package >&2; exit 7", 1, "no such package\n"},
		"no flag":         {[]string{"resources"}, "echo hello", 1, `"hello" is not --local_resources=NAME=CAPACITY`},
		"no capacity":     {[]string{"resources"}, "echo --local_resources=//a//db", 1, "is not --local_resources=NAME=CAPACITY"},
	} {
		t.Run(name, func(t *testing.T) {
			getenv, _ := withBazel(t, c.script)
			var stdout, stderr bytes.Buffer
			code := run(c.args, getenv, &stdout, &stderr)
			if code != c.code || !strings.Contains(stderr.String(), c.stderr) || stdout.Len() > 0 {
				t.Errorf("exit code %d, stderr %q, stdout %q; want %d, %q", code, &stderr, &stdout, c.code, c.stderr)
			}
		})
	}
}

func TestWhereThereIsNoBazel(t *testing.T) {
	getenv, workspace := withBazel(t, "exit 2")
	var stdout, stderr bytes.Buffer
	const noWorkspace = "hint: this is not a Bazel workspace: start the command in the folder of a MODULE.bazel, or below it\n"
	if code := run([]string{"plan", "//:x"}, getenv, &stdout, &stderr); code != 1 || !strings.HasSuffix(stderr.String(), noWorkspace) {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
	if err := os.WriteFile(filepath.Join(workspace, "MODULE.bazel"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	stderr.Reset()
	if code := run([]string{"plan", "//:x"}, getenv, &stdout, &stderr); code != 1 || strings.Contains(stderr.String(), "hint") {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
	stderr.Reset()
	nowhere := func(name string) string { return map[string]string{bazelVariable: "no-such-bazel"}[name] }
	want := "interlock: there is no program \"no-such-bazel\" on PATH\n" +
		"hint: install Bazel or Bazelisk, or let RULES_INTERLOCK_BAZEL be the Bazel to ask\n"
	if code := run([]string{"plan", "//:x"}, nowhere, &stdout, &stderr); code != 1 || stderr.String() != want {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
}

func TestBazelIsTheOneOnPath(t *testing.T) {
	if b := newBazel(func(string) string { return "" }, nil); b.program != "bazel" {
		t.Errorf("got %s", b.program)
	}
}
