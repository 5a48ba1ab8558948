// Interlock is the executable of every grouped test: it runs the test's cases
// and holds, for each, the resource groups that the case needs.
//
// # Usage
//
// Bazel starts it under the name of the test, TEST [ARGUMENT...]. What to run
// is in the manifest TEST.interlock.json, which the rule grouped_test writes;
// the arguments (the attribute args, then --test_arg) are the program's, but
// for those that begin with --interlock- (package options).
//
// # Environment
//
// It reads the variables that Bazel gives a test (package bazelenv), and
// INTERLOCK_NAME for each of its options. A case sees the same environment
// without those that divide, filter or report the test, which the runner has
// dealt with, and with what it has for itself (type environments).
//
// # Exit codes
//
// 0: every case passed or was skipped. 1: a case was bad; a test with one case
// passes that case's exit code on instead (128+n if signal n killed it).
// 69: what the test rests on failed, such as a lock. 78: the test could not be
// set up. 124: the time was up. 128+n: the runner got signal n.
package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// gcPercent is by how much the heap may grow before garbage is collected. The
// heap is small and short-lived, and the CPUs are the tests'.
const gcPercent = 400

func main() {
	debug.SetGCPercent(gcPercent)
	nameRunfiles(os.Args[0])
	os.Exit(run(context.Background(), invocation{
		args: os.Args, environ: os.Environ(), lookup: os.LookupEnv,
		stdin: os.Stdin, stdout: os.Stdout, started: time.Now(),
	}))
}

// nameRunfiles sets RUNFILES_DIR, for this process and its children, where
// nobody has said where the runfiles are: `bazel run` does that for tests only.
func nameRunfiles(program string) {
	if os.Getenv("RUNFILES_DIR") != "" || os.Getenv("RUNFILES_MANIFEST_FILE") != "" {
		return
	}
	dir, err := filepath.Abs(program + ".runfiles")
	if err != nil {
		return
	}
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		_ = os.Setenv("RUNFILES_DIR", dir)
	}
}

// invocation is what the operating system gives this one.
type invocation struct {
	args    []string
	environ []string
	lookup  func(string) (string, bool)
	stdin   *os.File
	stdout  io.Writer
	started time.Time
}
