package gotest

import (
	"fmt"
	"os"
)

// runLog tells whether a process got to m.Run, whatever became of its output:
// the testing package makes the file of -test.testlogfile when the run begins,
// and writes what it has for it when the run ends.
type runLog struct{ dir string }

func newRunLog(dir string) (runLog, error) {
	if dir != "" {
		_ = os.MkdirAll(dir, 0o755) // what fails here fails below
	}
	path, err := os.MkdirTemp(dir, ".run")
	if err != nil {
		return runLog{}, fmt.Errorf("a folder for -test.testlogfile: %w", err)
	}
	return runLog{path}, nil
}

func (l runLog) path() string { return l.dir + "/log" }

func (l runLog) flag() string { return "-test.testlogfile=" + l.path() }

func (l runLog) remove() { _ = os.RemoveAll(l.dir) }

// runState is how far a process got.
type runState int

const (
	notRun runState = iota // it never called m.Run
	begun
	completed // m.Run came to its end, or the log was long
)

func (l runLog) read() runState {
	info, err := os.Stat(l.path())
	switch {
	case err != nil:
		return notRun
	case info.Size() > 0:
		return completed
	}
	return begun
}
