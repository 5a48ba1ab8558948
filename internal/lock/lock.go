// Package lock is the contract between the engine and the means that keep cases apart: memory for
// the process scope, files for the scopes build and host, etcd for the cluster scope.
//
// docs/design/locking.md explains the implementations and their arguments.
package lock

import (
	"context"
	"errors"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// ErrUnknownGroup is wrapped by the error of Acquire if the locker was not made for the group of
// a need.
var ErrUnknownGroup = errors.New("unknown group")

// ErrLost is wrapped by the error of Held.Confirm.
var ErrLost = errors.New("lost its resource groups")

// Locker hands out groups.
//
// What it promises, and locktest checks of every implementation:
//
//   - Exclusion: the holders of a group never use more than its capacity, and an exclusive
//     holder never runs beside a shared one.
//   - Rate: in no window of a group's rate does Acquire return more often
//     than the rate says, whatever became of its callers.
//   - All or nothing: the caller gets every need or, with an error, none.
//   - No deadlock, whatever needs are asked for together, in whatever order.
//   - Bounded bypass: a bounded number of later requests can overtake a waiter;
//     each implementation states its bound.
//   - Cancel: when ctx ends, Acquire returns its error soon and holds nothing.
//   - Death: what a process held is free once the process has ended, however
//     it ended; in the cluster scope after the time to live of its lease.
//   - Loss: where groups can be lost, the holder is told before somebody else
//     can have them, unless it was stopped meanwhile; Confirm reports even that loss.
//   - Agreement: all users of a group in the scopes host and cluster agree
//     on its definition, or Acquire returns a *DisagreementError.
//
// What it does not promise:
//
//   - Reentrancy: a holder of a group that asks for it again waits for itself.
//   - Immediate release: a dead holder's groups are free when the kernel has
//     torn the process down, usually within milliseconds, or its lease has
//     expired.
//   - Exclusion of processes that use the resource without holding the group.
//   - Exclusion beyond the scope: another machine, another Bazel server,
//     another coordinator, or a network file system that keeps locks per
//     client.
//   - Exclusion of a holder that was stopped (SIGSTOP, a frozen virtual
//     machine) for longer than its lease lives: for that there is group.Grant.Fence.
type Locker interface {
	// Acquire waits until it holds every need, or ctx ends. It may be called
	// from any goroutine. An empty list is held at once.
	//
	// Errors: ctx.Err(), ErrUnknownGroup, a need that the group's capacity can
	// never satisfy (group.Need.Validate), a *DisagreementError, or a failure of
	// the means.
	Acquire(ctx context.Context, needs []group.Need) (Held, error)
}

// Inspector is a Locker that knows more about its groups.
type Inspector interface {
	// Holders returns the current users of a group, as far as they can be known. It is
	// information for people, and may be out of date.
	Holders(label string) []User
	// Wanted reports whether anybody waits for a group besides the caller's own requests, of which
	// so many wait for it.
	Wanted(label string, own int) bool
}

// Identifier is a Locker that can tell its groups from all others of the machine.
type Identifier interface {
	// Identity returns an identity that no other group has, or an error if the group cannot be
	// held, or belongs to this process alone.
	Identity(label string) (string, error)
}

// Narrator is a Locker that knows what else a wait is about than who holds the group.
type Narrator interface {
	// Why returns sentences about a group that user waits for, such as "2 others wait
	// before it". They are information for people, and may be out of date.
	Why(label string, user User) []string
}

// WhyOf returns what a locker has to tell, if it is a Narrator.
func WhyOf(l Locker, label string, user User) []string {
	if n, ok := l.(Narrator); ok {
		return n.Why(label, user)
	}
	return nil
}

// Held is what Acquire got, until Release.
type Held interface {
	// Release gives everything back. Further calls of Release or Undo do nothing.
	Release()
	// Undo is Release for a holder that has started nothing: a start that was counted against a
	// rate no longer counts.
	Undo()
	// Begun says that the case has started by now. The rate then counts this moment, and not the
	// somewhat earlier one at which the groups were acquired. Begun may be called several times,
	// but not at the same time as Release.
	Begun()
	// Grants returns the grant of each group, by label.
	Grants() map[string]group.Grant
	// Lost is closed when the groups may soon be given to somebody else although Release was not
	// called. The holder must then stop using them at once. Lost is nil, which blocks forever, if
	// that cannot happen.
	Lost() <-chan struct{}
	// Confirm returns an error that wraps ErrLost if somebody else may have the groups by now. A
	// result counts only if it is confirmed afterwards: a process that was stopped for a while
	// learns of a loss here, even before Lost can be closed.
	Confirm() error
}

// Explainer is a Held that knows what may explain a failure of its holder.
type Explainer interface {
	// Explain returns sentences, such as "//db:pg: instance pg0: its process 42 has ended". If the
	// failure is the consequence of a loss, Confirm knows of that afterwards.
	Explain() []string
}

// ExplanationOf returns what held has to tell, if it is an Explainer.
func ExplanationOf(held Held) []string {
	if e, ok := held.(Explainer); ok {
		return e.Explain()
	}
	return nil
}
