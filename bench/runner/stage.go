package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// stage is what test-setup.sh prepares for a test.
type stage struct {
	runfiles string // the folder of all runfiles, ours and the tests' in one
	dir      string // writable
	log      *os.File
}

func newStage() (*stage, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench-runner-")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "test.log"))
	if err != nil {
		return nil, err
	}
	return &stage{runfiles: program + ".runfiles", dir: dir, log: log}, nil
}

func (s *stage) clear() {
	_ = s.log.Close()
	_ = os.RemoveAll(s.dir)
}

// path is that of an executable of this package.
func (s *stage) path(name string) string {
	return filepath.Join(s.runfiles, "_main/bench/runner", name)
}

func (s *stage) file(name string) string { return filepath.Join(s.dir, name) }

// time runs an executable and returns how long that took.
func (s *stage) time(name string) (time.Duration, error) {
	cmd := exec.Command(s.path(name))
	cmd.Dir = filepath.Join(s.runfiles, "_main")
	cmd.Env = s.environment(name)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	began := time.Now()
	if err := cmd.Run(); err != nil {
		log, _ := os.ReadFile(s.log.Name())
		return 0, fmt.Errorf("%s: %w\n%s", name, err, log)
	}
	took := time.Since(began)
	return took, s.log.Truncate(0)
}

// timeTest is time for a grouped test, whose report has to be good.
func (s *stage) timeTest(name string) (time.Duration, error) {
	took, err := s.time(name)
	if err != nil {
		return 0, err
	}
	report, err := os.ReadFile(s.file("test.xml"))
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(report, []byte(`tests="1" failures="0" errors="0" skipped="0"`)) {
		return 0, fmt.Errorf("%s: the report is not that of one test that passed:\n%s", name, report)
	}
	return took, os.Remove(s.file("test.xml"))
}

// environment is that of a test, as of Bazel 7.7.1.
func (s *stage) environment(name string) []string {
	return []string{
		"BAZEL_TEST=1",
		"HOME=" + s.dir,
		"JAVA_RUNFILES=" + s.runfiles,
		"PATH=.:/usr/local/bin:/usr/bin:/bin",
		"PWD=" + filepath.Join(s.runfiles, "_main"),
		"PYTHON_RUNFILES=" + s.runfiles,
		"RUNFILES_DIR=" + s.runfiles,
		"RUN_UNDER_RUNFILES=1",
		"TEST_BINARY=bench/runner/" + name,
		"TEST_INFRASTRUCTURE_FAILURE_FILE=" + s.file("test.infrastructure_failure"),
		"TEST_LOGSPLITTER_OUTPUT_FILE=" + s.file("test.raw_splitlogs"),
		"TEST_PREMATURE_EXIT_FILE=" + s.file("test.exited_prematurely"),
		"TEST_SIZE=small",
		"TEST_SRCDIR=" + s.runfiles,
		"TEST_TARGET=//bench/runner:" + name,
		"TEST_TIMEOUT=3600",
		"TEST_TMPDIR=" + s.dir,
		"TEST_UNDECLARED_OUTPUTS_DIR=" + s.file("test.outputs"),
		"TEST_UNUSED_RUNFILES_LOG_FILE=" + s.file("test.unused_runfiles_log"),
		"TEST_WARNINGS_OUTPUT_FILE=" + s.file("test.warnings"),
		"TEST_WORKSPACE=_main",
		"TZ=UTC",
		"XML_OUTPUT_FILE=" + s.file("test.xml"),
	}
}
