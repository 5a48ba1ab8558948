//go:build !linux

package caselog

import (
	"errors"
	"time"
)

// Tick is not used here.
const Tick = 10 * time.Millisecond

// Now fails: chaos is only for Linux.
func Now() Instant { panic("there is no CLOCK_BOOTTIME") }

// Born fails.
func Born() (Instant, error) { return 0, errors.New("there is no /proc") }
