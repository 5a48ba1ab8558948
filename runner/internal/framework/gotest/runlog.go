package gotest

import (
	"fmt"
	"os"
)

// runLog shows whether a process reached m.Run, whatever happened to its output. The testing
// package creates the file of -test.testlogfile when the run begins, and writes its content when
// the run ends.
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
