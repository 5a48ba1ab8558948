//go:build !linux

package command

import (
	"context"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// suspendably calls acquire: on other systems no group waits in a queue of processes that can be
// stopped.
func suspendably(ctx context.Context, acquire func(context.Context) (lock.Held, error)) (lock.Held, error) {
	return acquire(ctx)
}
