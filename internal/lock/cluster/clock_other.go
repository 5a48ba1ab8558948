//go:build !linux

package cluster

import "time"

// instant is a time by two clocks: one that may stand still while the machine
// sleeps, and one that can be set.
type instant time.Time

func now() instant { return instant(time.Now()) }

// elapsed returns the time since i, by the clock that has gone further: to overestimate it is
// safe.
func (i instant) elapsed() time.Duration {
	begun, ended := time.Time(i), time.Now()
	return max(ended.Sub(begun), ended.Round(0).Sub(begun.Round(0))) // Round strips the clock that cannot be set
}
