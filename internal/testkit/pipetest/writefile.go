package pipetest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// WriteFile writes a file, with its folder, that may be a program. A process
// that is forked meanwhile would have the file open for writing until it runs
// its own program, and nobody could start this one ("text file busy").
func WriteFile(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
