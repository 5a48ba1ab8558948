// Package lock is the contract between the engine and whatever keeps cases
// apart: memory for the process scope, files for the build scope.
//
// docs/locking.md explains the implementations and their arguments.
package lock

import (
	"context"
	"errors"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// ErrUnknownGroup is wrapped by the error of Acquire for a need of a group
// that the locker was not made for.
var ErrUnknownGroup = errors.New("unknown group")

// Locker hands out groups.
//
// What it promises, and locktest checks of every implementation:
//
//   - Exclusion: at no time do the holders of a group use more than its
//     capacity, nor does an exclusive holder run beside a shared one.
//   - All or nothing: the caller gets every need or, with an error, none.
//   - No deadlock, whatever needs are asked for together, in whatever order.
//   - Bounded bypass: a waiter is passed a bounded number of times by those
//     who asked after it; each implementation states its bound.
//   - Cancel: when ctx ends, Acquire returns its error soon and holds nothing.
//   - Death: what a process held is free once the process has ended, however
//     it ended.
//
// What it does not promise:
//
//   - Reentrancy: who holds a group and asks for it again waits for itself.
//   - Freedom at once: a dead holder's groups are free when the kernel has
//     torn the process down, usually within milliseconds.
//   - Exclusion of processes that use the resource without holding the group.
//   - Exclusion beyond the scope: another machine, another Bazel server, or a
//     network file system that keeps locks per client.
type Locker interface {
	// Acquire waits until it holds every need, or ctx ends. It may be called
	// from any goroutine. An empty list is held at once.
	//
	// Errors: ctx.Err(), ErrUnknownGroup, a need that the group's capacity can
	// never satisfy (group.Need.Validate), or a failure of the means.
	Acquire(ctx context.Context, needs []group.Need) (Held, error)
}

// Held is what Acquire got, until Release.
type Held interface {
	// Release gives everything back. Further calls do nothing.
	Release()
	// Slots returns, by label, the numbers of the units that are held, from 0
	// and below the capacity: when they were taken, the smallest that nobody
	// had. There are none for a group that is shared.
	Slots() map[string][]int
	// Lost is closed when the groups may have been given to somebody else
	// although Release was not called; the holder must then stop using them
	// at once. Nil, which blocks forever, where that cannot happen.
	Lost() <-chan struct{}
}
