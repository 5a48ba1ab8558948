package protocol

import (
	"errors"
	"os"
)

// makePipe fails: Windows has no named pipes that are files.
func makePipe(string) (*os.File, error) {
	return nil, errors.New("this framework needs named pipes, which Windows does not have: run the test on Linux or macOS")
}
