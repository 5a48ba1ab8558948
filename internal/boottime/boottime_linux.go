// Package boottime is a clock that all processes of the machine read alike, that nobody can set,
// and that keeps running while the machine sleeps.
package boottime

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Now is the time since the machine was started (clock_gettime(2), CLOCK_BOOTTIME). The
// clock exists since Linux 2.6.39.
func Now() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, os.NewSyscallError("clock_gettime", err)
	}
	return time.Duration(t.Nano()), nil
}
