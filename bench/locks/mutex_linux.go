package main

import (
	"context"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

// newClient returns a client of the coordinator of a space.
func newClient(s space) (*clientv3.Client, error) {
	config, err := coordinator.Find(s.lookup)
	if err != nil {
		return nil, err
	}
	settings, err := config.Client()
	if err != nil {
		return nil, err
	}
	return clientv3.New(settings)
}

// bareMutex is the floor of a group of scope cluster: the mutex of etcd's own
// client library, with one session for the process.
type bareMutex struct {
	session *concurrency.Session
	key     string
}

func newBareMutex(s space) lock.Locker {
	client, err := newClient(s)
	if err != nil {
		return failed{err}
	}
	session, err := concurrency.NewSession(client)
	if err != nil {
		return failed{err}
	}
	return bareMutex{session, "/bare" + s.Dir}
}

// failed is the locker if none could be made.
type failed struct{ err error }

func (f failed) Acquire(context.Context, []group.Need) (lock.Held, error) { return nil, f.err }

func (b bareMutex) Acquire(ctx context.Context, needs []group.Need) (lock.Held, error) {
	mutex := concurrency.NewMutex(b.session, b.key)
	lock.Waiting(ctx, needs[0].Group)
	if err := mutex.Lock(ctx); err != nil {
		return nil, fmt.Errorf("etcd's mutex: %w", err)
	}
	return mutexHeld{mutex}, nil
}

type mutexHeld struct{ *concurrency.Mutex }

func (m mutexHeld) Release()                     { _ = m.Unlock(context.Background()) }
func (m mutexHeld) Undo()                        { m.Release() }
func (mutexHeld) Begun()                         {}
func (mutexHeld) Grants() map[string]group.Grant { return nil }
func (mutexHeld) Lost() <-chan struct{}          { return nil }
func (mutexHeld) Confirm() error                 { return nil }
