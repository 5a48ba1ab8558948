package cluster

import (
	"time"

	"golang.org/x/sys/unix"
)

// instant is a time by a clock that nobody can set, and that goes on while the
// machine sleeps (clock_gettime(2), CLOCK_BOOTTIME), in nanoseconds.
type instant int64

func now() instant {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		panic(err) // the clock exists since Linux 2.6.39
	}
	return instant(t.Nano())
}

// elapsed is the time since i.
func (i instant) elapsed() time.Duration { return time.Duration(now() - i) }
