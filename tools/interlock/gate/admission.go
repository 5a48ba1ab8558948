package gate

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var (
	errClientGone = errors.New("the client has gone")
	errTooLong    = errors.New("it has waited for too long")
)

// admission is what an action has that is forwarded, until it is given back.
type admission struct {
	once sync.Once
	give func()
	// linger is for how long it is kept for a client that may ask again.
	linger time.Duration
}

// admission returns one that holds something; held is nil if the gate lets the action through.
func (g *gate) admission(held lock.Held) *admission {
	end := g.census.runs(held != nil)
	return &admission{linger: g.config.linger, give: func() {
		end()
		if held != nil {
			held.Release()
		}
	}}
}

// rejoin returns the admission of an operation that the cluster carries out already. It does not
// wait: what the operation has at another gate moves here when it can.
func (g *gate) rejoin(o operation) *admission {
	ctx, cancel := context.WithCancel(context.Background())
	got := make(chan lock.Held, 1)
	go func() {
		groups, wants := o.needs.locks(g.config.Ahead)
		held, err := g.queue.Acquire(ctx, o.place, groups, wants)
		if err != nil {
			held = nil
		}
		got <- held
	}()
	end := g.census.runs(true)
	return &admission{linger: g.config.linger, give: func() {
		end()
		cancel()
		if held := <-got; held != nil {
			held.Release()
		}
	}}
}

// release gives it back, in the background.
func (a *admission) release() { a.once.Do(func() { go a.give() }) }

// releaseLater gives it back after a while. If a gate goes on with the action until then, that
// changes nothing.
func (a *admission) releaseLater() { time.AfterFunc(a.linger, a.release) }

// admit waits until the groups are free that an operation needs, and tells the client meanwhile.
// Whatever is wrong with the coordinator, it lets the action through. An error is a status for the
// client.
func (g *gate) admit(ctx context.Context, o operation, updates *updates) (*admission, error) {
	held, err := g.acquire(ctx, o, updates)
	switch {
	case errors.Is(err, cluster.ErrLeft):
		return nil, errRestarts
	case errors.Is(err, cluster.ErrTaken):
		return nil, status.Error(codes.Aborted, "interlock gate: another request goes on with this operation")
	case ctx.Err() != nil:
		if held != nil {
			g.admission(held).leaveTo(ctx)
		}
		return nil, status.FromContextError(ctx.Err()).Err()
	case err != nil && !errors.Is(err, errAway):
		g.notes.once("an action goes to an executor without waiting for its groups: %v", err)
	}
	return g.admission(held), nil
}

// leaveTo ends the admission of a client that has gone: at once, or later if the client may ask
// again.
func (a *admission) leaveTo(ctx context.Context) {
	if isBroken(ctx) {
		a.releaseLater()
		return
	}
	a.release()
}

// acquire waits for the groups until something else ends the wait.
func (g *gate) acquire(client context.Context, o operation, updates *updates) (lock.Held, error) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(client))
	defer cancel(nil)
	done, ok := g.watchdog.wait(cancel)
	if !ok {
		return nil, errAway
	}
	defer done()
	defer context.AfterFunc(client, func() {
		if isBroken(client) {
			time.Sleep(g.config.linger)
		}
		cancel(errClientGone)
	})()

	var waits sync.Once
	waited := func() {}
	ctx = lock.WithTrace(ctx, lock.Trace{User: lock.User{Target: targetOf(client)}, Waiting: func(string) {
		waits.Do(func() {
			waited = g.census.waits(o.needs.keys())
			updates.begin(o, g.config.LongestWait, func() { cancel(errTooLong) })
		})
	}})
	groups, wants := o.needs.locks(g.config.Ahead)
	held, err := g.queue.Acquire(ctx, o.place, groups, wants)
	updates.end()
	waited()
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return held, err
}
