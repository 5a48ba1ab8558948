package rate

import (
	"os"

	"golang.org/x/sys/unix"
)

// sinceBoot is the time by a clock that nobody can set, and that goes on while
// the machine sleeps (clock_gettime(2), CLOCK_BOOTTIME).
func sinceBoot() (Instant, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, os.NewSyscallError("clock_gettime", err)
	}
	return Instant(t.Nano()), nil
}
