package command

import (
	"context"

	"github.com/interlock-build/rules_interlock/runner/internal/lock"
)

// suspendably calls acquire: there is no Ctrl-Z.
func suspendably(ctx context.Context, acquire func(context.Context) (lock.Held, error)) (lock.Held, error) {
	return acquire(ctx)
}
