//go:build !linux

package register

import (
	"context"
	"errors"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// unsupported fails closed where the means of this package do not exist.
type unsupported struct{}

// New returns a locker whose Acquire always fails.
func New([]group.Group, Find) lock.Locker { return unsupported{} }

func (unsupported) Acquire(context.Context, []group.Need) (lock.Held, error) {
	return nil, errors.New("groups of the scopes \"build\" and \"host\" work on Linux only: " +
		"they need open-file-description locks on files opened read-only; use scope = \"process\" or \"cluster\", or run the test on Linux")
}
