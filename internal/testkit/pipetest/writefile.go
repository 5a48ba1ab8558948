package pipetest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// WriteFile writes a file, which may be a program, and makes its folder. If a process is forked
// meanwhile, that process has the file open for writing until it runs its own program, and nobody
// can start this one ("text file busy").
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
