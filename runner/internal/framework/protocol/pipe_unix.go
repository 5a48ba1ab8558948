//go:build unix

package protocol

import (
	"fmt"
	"os"
	"syscall"
)

// makePipe makes a named pipe, which survives wrappers that close descriptors,
// and opens it for both ways, so that opening never waits for the other side.
func makePipe(path string) (*os.File, error) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, fmt.Errorf("pipe %s: %w", path, err)
	}
	return os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
}
