package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Variables that e2e/remote sets for a command.
const (
	executorVariable = "REMOTE_EXECUTOR"
	gateVariable     = "REMOTE_GATE"
	sharedVariable   = "REMOTE_SHARED"
)

// workers is the number of workers, each of which runs one action at a time.
const workers = 4

// withCluster runs this program again, beside a cluster.
func withCluster(args []string) (code int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 2, err
	}
	cmd := exec.Command("e2e/remote/with-cluster", append([]string{"-workers", fmt.Sprint(workers), "-certificates", "-gate", self}, args[1:]...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode(), nil
	}
	if err != nil {
		return 2, err
	}
	return 0, nil
}

// bazel runs Bazel in the module consumer of e2e/remote, and returns how long that took.
func bazel(args ...string) (time.Duration, error) {
	launcher, err := filepath.Abs("tools/bazel")
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(launcher, args...)
	cmd.Dir = "e2e/remote/consumer"
	begun := time.Now()
	output, err := cmd.CombinedOutput()
	took := time.Since(begun)
	if err != nil {
		return 0, fmt.Errorf("bazel %s: %w:\n%s", args, err, bytes.TrimSpace(output))
	}
	return took, nil
}

// executor is where Bazel sends actions: the value of a variable.
type executor string

const (
	direct executor = executorVariable
	gated  executor = gateVariable
)

// test runs tests on the cluster, and returns how long that took.
func (e executor) test(args ...string) (time.Duration, error) {
	return bazel(append([]string{
		"test", "--nocache_test_results", "--noshow_progress", "--test_summary=terse", "--color=no", "--jobs=16",
		"--remote_executor=" + os.Getenv(string(e)), "--strategy=TestRunner=remote", "--disk_cache=",
		"--noremote_accept_cached", "--test_env=" + sharedVariable, "--test_env=TAKES=" + takes.String(),
	}, args...)...)
}
