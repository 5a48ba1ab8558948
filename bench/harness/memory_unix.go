//go:build unix

package harness

import (
	"os"
	"runtime"
	"syscall"
)

// maxMemory is the largest resident set of a process that has ended, or of one
// of its children (getrusage(2): in KiB on Linux, in bytes on macOS).
func maxMemory(state *os.ProcessState) int64 {
	most := int64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "linux" {
		most <<= 10
	}
	return most
}
