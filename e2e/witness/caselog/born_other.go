//go:build !linux

package caselog

import (
	"errors"
	"time"
)

// Tick is not used here.
const Tick = 10 * time.Millisecond

// Born fails.
func Born() (Instant, error) { return 0, errors.New("there is no /proc") }
