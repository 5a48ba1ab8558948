// Package app is the whole runner, from its process environment to the exit code. The program,
// ../.., describes what it does.
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

// gcPercent is how much the heap may grow before garbage is collected. The heap is small and
// short-lived, and the CPUs belong to the tests.
const gcPercent = 400

// Main runs the test whose executable this process is, and returns its exit code. The locker that
// cluster returns holds the groups of scope cluster; nil for a runner without it.
func Main(cluster NewCluster) int {
	defer guard.Stop()
	debug.SetGCPercent(gcPercent)
	nameRunfiles(os.Args[0])
	return run(context.Background(), invocation{
		args: os.Args, environ: os.Environ(), lookup: os.LookupEnv,
		stdin: os.Stdin, stdout: os.Stdout, started: time.Now(), cluster: cluster,
	})
}

// nameRunfiles sets RUNFILES_DIR, for this process and its children, if nobody has said where the
// runfiles are: `bazel run` sets it only for tests.
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

// invocation is what the operating system gives this process.
type invocation struct {
	args    []string
	environ []string
	lookup  func(string) (string, bool)
	stdin   *os.File
	stdout  io.Writer
	started time.Time
	cluster NewCluster
}
