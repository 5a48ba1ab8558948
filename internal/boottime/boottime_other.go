//go:build !linux

// Package boottime is a clock that there is on Linux only.
package boottime

import (
	"errors"
	"time"
)

// Now fails.
func Now() (time.Duration, error) {
	return 0, errors.New("there is no clock that all processes of the machine share and that nobody can set")
}
