//go:build !linux || !amd64

package clock

import (
	"errors"
	"time"
)

var errUnsupported = errors.New("a process can have a clock of its own only on Linux on x86-64")

// Server is not used here.
type Server struct{ Path string }

// Clock is not used here.
type Clock struct{}

// Become returns.
func Become() error { return nil }

// Serve fails.
func Serve(string) (*Server, error) { return nil, errUnsupported }

// Close does nothing.
func (*Server) Close() error { return nil }

// Of returns nil.
func (*Server) Of(int) *Clock { return nil }

// All returns none.
func (*Server) All() []*Clock { return nil }

// Jump does nothing.
func (*Clock) Jump(time.Duration) {}
