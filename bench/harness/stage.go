package harness

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Stage is what Bazel's test-setup.sh prepares for a test.
type Stage struct {
	pkg      string
	runfiles string // the folder of all runfiles, ours and the tests' in one
	dir      string // writable
	log      *os.File
}

// NewStage returns a stage for the executables of a package, which are data of
// this program.
func NewStage(pkg string) (*Stage, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "test.log"))
	if err != nil {
		return nil, err
	}
	return &Stage{pkg: pkg, runfiles: program + ".runfiles", dir: dir, log: log}, nil
}

// Clear removes what the stage has written.
func (s *Stage) Clear() {
	_ = s.log.Close()
	_ = os.RemoveAll(s.dir)
}

// Path returns the path of an executable of the package.
func (s *Stage) Path(name string) string { return filepath.Join(s.runfiles, "_main", s.pkg, name) }

// File returns the path of a file that a test writes into its home.
func (s *Stage) File(name string) string { return filepath.Join(s.dir, name) }

// A Run is how long a process took, and the most memory that it or one of its children had.
type Run struct {
	Took      time.Duration
	MaxMemory int64 // bytes
}

// Start runs an executable to its end.
func (s *Stage) Start(name string, args ...string) (Run, error) { return s.start(name, nil, args...) }

func (s *Stage) start(name string, environ []string, args ...string) (Run, error) {
	cmd := exec.Command(s.Path(name), args...)
	cmd.Dir = filepath.Join(s.runfiles, "_main")
	cmd.Env = append(s.environment(name), environ...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	began := time.Now()
	if err := cmd.Run(); err != nil {
		log, _ := os.ReadFile(s.log.Name())
		return Run{}, fmt.Errorf("%s: %w\n%s", name, err, log)
	}
	run := Run{Took: time.Since(began), MaxMemory: maxMemory(cmd.ProcessState)}
	return run, s.log.Truncate(0)
}

// StartTest is Start for a grouped test, whose report must contain that many cases, all of them
// passed. Further variables are given as NAME=value.
func (s *Stage) StartTest(name string, cases int, environ ...string) (Run, error) {
	run, err := s.start(name, environ)
	if err != nil {
		return Run{}, err
	}
	report, err := os.ReadFile(s.File("test.xml"))
	if err != nil {
		return Run{}, err
	}
	if !bytes.Contains(report, fmt.Appendf(nil, `tests="%d" failures="0" errors="0" skipped="0"`, cases)) {
		return Run{}, fmt.Errorf("%s: the report is not that of %d tests that passed:\n%s", name, cases, report)
	}
	return run, os.Remove(s.File("test.xml"))
}

// environment returns the environment of a test, as of Bazel 7.7.1. A Go test of rules_go alone
// starts no second process for test.xml.
func (s *Stage) environment(name string) []string {
	return []string{
		"BAZEL_TEST=1",
		"GO_TEST_WRAP=0",
		"HOME=" + s.dir,
		"JAVA_RUNFILES=" + s.runfiles,
		"PATH=.:/usr/local/bin:/usr/bin:/bin",
		"PWD=" + filepath.Join(s.runfiles, "_main"),
		"PYTHON_RUNFILES=" + s.runfiles,
		"RUNFILES_DIR=" + s.runfiles,
		"RUN_UNDER_RUNFILES=1",
		"TEST_BINARY=" + s.pkg + "/" + name,
		"TEST_INFRASTRUCTURE_FAILURE_FILE=" + s.File("test.infrastructure_failure"),
		"TEST_LOGSPLITTER_OUTPUT_FILE=" + s.File("test.raw_splitlogs"),
		"TEST_PREMATURE_EXIT_FILE=" + s.File("test.exited_prematurely"),
		"TEST_SIZE=small",
		"TEST_SRCDIR=" + s.runfiles,
		"TEST_TARGET=//" + s.pkg + ":" + name,
		"TEST_TIMEOUT=3600",
		"TEST_TMPDIR=" + s.dir,
		"TEST_UNDECLARED_OUTPUTS_DIR=" + s.File("test.outputs"),
		"TEST_UNUSED_RUNFILES_LOG_FILE=" + s.File("test.unused_runfiles_log"),
		"TEST_WARNINGS_OUTPUT_FILE=" + s.File("test.warnings"),
		"TEST_WORKSPACE=_main",
		"TZ=UTC",
		"XML_OUTPUT_FILE=" + s.File("test.xml"),
	}
}
