// Package app is the runner, from what the operating system gives it to the
// exit code. What it does is described at the program, ../..
package app

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
)

// gcPercent is by how much the heap may grow before garbage is collected. The
// heap is small and short-lived, and the CPUs are the tests'.
const gcPercent = 400

// Main runs the test whose executable this process is, and returns its exit
// code. Groups of scope cluster are held by what cluster returns; nil for a
// runner without.
func Main(cluster NewCluster) int {
	defer guard.Stop()
	debug.SetGCPercent(gcPercent)
	nameRunfiles(os.Args[0])
	return run(context.Background(), invocation{
		args: os.Args, environ: os.Environ(), lookup: os.LookupEnv,
		stdin: os.Stdin, stdout: os.Stdout, started: time.Now(), cluster: cluster,
	})
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
	cluster NewCluster
}
