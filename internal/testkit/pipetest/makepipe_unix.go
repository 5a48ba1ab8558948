//go:build unix

package pipetest

import (
	"path/filepath"
	"syscall"
	"testing"
)

func makePipe(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
