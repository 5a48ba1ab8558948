package cluster

import (
	"time"

	"github.com/interlock-build/rules_interlock/internal/boottime"
)

// instant is a time in nanoseconds, by a clock that nobody can set and that keeps running while
// the machine sleeps.
type instant int64

func now() instant {
	t, err := boottime.Now()
	if err != nil {
		panic(err) // every Linux of today has that clock
	}
	return instant(t)
}

// elapsed is the time since i.
func (i instant) elapsed() time.Duration { return time.Duration(now() - i) }
