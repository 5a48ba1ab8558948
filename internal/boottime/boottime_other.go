//go:build !linux

// Package boottime is a clock that exists only on Linux.
package boottime

import (
	"errors"
	"time"
)

// Now fails.
func Now() (time.Duration, error) {
	return 0, errors.New("there is no clock that all processes of the machine share and that nobody can set")
}
