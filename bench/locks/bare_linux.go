package main

import (
	"context"
	"errors"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"golang.org/x/sys/unix"
)

// bareFlock is the floor: a blocking flock of the file with that path, which has neither weights
// nor an order and cannot be cancelled.
type bareFlock string

func (path bareFlock) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	how := unix.LOCK_EX
	if needs[0].Mode == group.Shared {
		how = unix.LOCK_SH
	}
	fd, err := unix.Open(string(path), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(fd, how|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		lock.Waiting(ctx, needs[0].Group)
		err = blockingFlock(fd, how)
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return bareHeld(fd), nil
}

func blockingFlock(fd, how int) error {
	for {
		if err := unix.Flock(fd, how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

type bareHeld int

func (fd bareHeld) Release()                    { _ = unix.Close(int(fd)) }
func (fd bareHeld) Undo()                       { fd.Release() }
func (bareHeld) Begun()                         {}
func (bareHeld) Grants() map[string]group.Grant { return nil }
func (bareHeld) Lost() <-chan struct{}          { return nil }
func (bareHeld) Confirm() error                 { return nil }
