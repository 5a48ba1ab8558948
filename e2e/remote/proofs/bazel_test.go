package proofs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/remote/judge"
)

// Bazel's exit codes.
const (
	allPassed   = 0
	testsFailed = 3
	remoteError = 34
)

// patience is how long one call of Bazel may take.
const patience = 9 * time.Minute

// bazel is a Bazel server in the module consumer.
type bazel struct {
	// startup are its startup options, and environ is added to its environment.
	startup, environ []string
}

// outcome is what a call of Bazel has led to.
type outcome struct {
	code    int
	output  string
	results []judge.Result
}

// test calls Bazel with tests, and returns what it has reported.
func (b bazel) test(t *testing.T, args ...string) outcome {
	t.Helper()
	events := filepath.Join(t.TempDir(), "events.json")
	all := append([]string{
		"test", "--color=no", "--curses=no", "--noshow_progress", "--test_output=summary", "--build_event_json_file=" + events,
		"--experimental_build_event_upload_strategy=local", // or it names files of the cluster
		"--keep_going", "--jobs=16",
	}, args...)
	code, output := b.call(t, all...)
	o := outcome{code: code, output: output}
	file, err := os.Open(events)
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	defer func() { _ = file.Close() }()
	if o.results, err = judge.ParseEvents(file); err != nil {
		t.Fatal(err)
	}
	return o
}

// call calls Bazel, and returns its exit code and what it has said.
func (b bazel) call(t *testing.T, args ...string) (code int, output string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	launcher, err := filepath.Abs("../../../tools/bazel")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, launcher, slices.Concat(b.startup, args)...)
	cmd.Dir = "../consumer"
	cmd.Env = append(os.Environ(), b.environ...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatalf("bazel %s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	return cmd.ProcessState.ExitCode(), said.String()
}

// want fails the test if Bazel has ended with another exit code.
func (o outcome) want(t *testing.T, code int) {
	t.Helper()
	if o.code != code {
		t.Fatalf("Bazel exits with %d, not with %d:\n%s%s", o.code, code, ending(o.output), o.logs())
	}
}

// logs are the logs of the first tests, if they did not pass.
func (o outcome) logs() string {
	var text strings.Builder
	for i, r := range o.results {
		if !r.Passed() && i < 3 {
			fmt.Fprintf(&text, "--- %s, run %d, shard %d, %s:\n%s\n", r.Target, r.Run, r.Shard, r.Status, r.Log)
		}
	}
	return text.String()
}

// wantText fails the test if Bazel or a test's log does not say text.
func (o outcome) wantText(t *testing.T, text string) {
	t.Helper()
	all := o.output
	for _, r := range o.results {
		all += string(r.Log) + string(r.Report)
	}
	if !strings.Contains(all, text) {
		t.Errorf("%q is not in:\n%s", text, all)
	}
}

// remoteError is why Bazel gave up; empty if it did not.
func (o outcome) remoteError() string {
	if o.code == remoteError {
		for line := range strings.Lines(o.output) {
			if strings.HasPrefix(line, "ERROR: ") {
				return " (" + strings.TrimSpace(line) + ")"
			}
		}
	}
	return ""
}

// ending is the last part of a text.
func ending(text string) string {
	const most = 2000
	return text[max(0, len(text)-most):]
}
