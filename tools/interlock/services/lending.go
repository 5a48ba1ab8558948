package services

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
)

// beat is how often somebody who waits hears that the keeper is at work.
const beat = time.Second

// lending is an instance for one borrower, who holds its unit: from the request until it is given
// back.
type lending struct {
	keeper     *Keeper
	unit       *unit
	use        *keeper.Use
	connection *keeper.Connection
	// requests are what the borrower says; closed when it has ended.
	requests chan keeper.Request
	ctx      context.Context
	cancel   context.CancelCauseFunc
}

// lend lends an instance until it is given back, or its borrower is gone.
func (k *Keeper) lend(c *keeper.Connection, use *keeper.Use) {
	l := &lending{keeper: k, use: use, connection: c, requests: make(chan keeper.Request, 1)}
	l.ctx, l.cancel = context.WithCancelCause(k.patience)
	defer l.cancel(nil)
	if why := l.refusal(); why != "" {
		l.refuse(why)
		return
	}
	if !k.register(l) {
		l.refuse("it is ending")
		return
	}
	defer k.unregister(l)
	go l.listen()
	l.unit = k.unit(use)
	err := l.beating(l.unit.takeTurn)
	if err == nil {
		defer l.unit.giveTurn()
		err = l.offer()
	}
	if err != nil {
		l.reportFailure(err)
	}
}

// refusal says why this borrower gets nothing; empty if it may.
func (l *lending) refusal() string {
	switch {
	case l.use.Place == "" || l.use.Digest == "" || l.use.IdleTimeout <= 0 || l.use.Spec.Timeout <= 0:
		return "the request is not whole"
	case l.use.Network != l.keeper.network && l.use.Spec.Health == nil:
		// Whether it can reach the service depends on the service.
		return "the test has a network of its own (block-network), and its group has no health program " +
			"to find out whether a service outside of it can be reached"
	}
	return ""
}

func (l *lending) refuse(why string) {
	_ = l.connection.Send(keeper.Reply{Version: keeper.Version, Refused: why})
}

// listen passes on what the borrower says. When it ends, what is done for it ends too.
func (l *lending) listen() {
	defer l.cancel(errGone)
	defer close(l.requests)
	for {
		var r keeper.Request
		if l.connection.Receive(&r, 0) != nil {
			return
		}
		select {
		case l.requests <- r:
		case <-l.ctx.Done():
			return
		}
		if r.Done {
			return
		}
	}
}

var errGone = errors.New("the test that wanted it is gone")

// beating does something for the borrower, who hears now and then that it happens.
func (l *lending) beating(do func(*lending) error) error {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	go func() {
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = l.connection.Send(keeper.Reply{Version: keeper.Version, Alive: true})
			case <-ctx.Done():
				return
			}
		}
	}()
	return do(l)
}

// offer lends the unit's instance, and another one if the borrower finds that it cannot be used.
// It returns when the loan is over.
func (l *lending) offer() error {
	for {
		if err := l.beating(l.unit.prepare); err != nil {
			return err
		}
		if again := l.loan(); !again {
			return nil
		}
	}
}

// loan tells the borrower of the instance and waits until it is over, or until another instance is
// wanted.
func (l *lending) loan() (again bool) {
	i := l.unit.instance
	l.unit.set(keeper.InUse, l.use.Borrower)
	if err := l.connection.Send(keeper.Reply{Version: keeper.Version, Lent: &keeper.Lent{
		Values: i.Values(), Folder: i.Folder(), Log: l.unit.log.path,
	}}); err != nil {
		l.unit.over(orphaned)
		return false
	}
	for {
		select {
		case r, ok := <-l.requests:
			switch {
			case ok && r.Look:
				_ = l.connection.Send(keeper.Reply{Version: keeper.Version, Looked: true, Died: i.Death()})
			case ok && r.Unusable != "":
				l.unit.stop("cannot be used: " + r.Unusable)
				return true
			default:
				l.unit.over(farewell(r))
				return false
			}
		case <-l.ctx.Done():
			l.unit.over(l.takeBack())
			return false
		}
	}
}

// farewell is how a loan ends with a request, which is empty if the connection has ended.
func farewell(r keeper.Request) parting {
	switch {
	case r.Done:
		return returned
	case r.Lost:
		return lost
	}
	return orphaned
}

// takeBack takes the instance from a borrower that is gone, or has to go. The latter learns of it
// before anything happens to the instance: otherwise its case could fail, and count.
func (l *lending) takeBack() parting {
	select {
	case r := <-l.requests:
		if how := farewell(r); how != orphaned {
			return how
		}
	default:
	}
	if context.Cause(l.ctx) == errGone {
		return orphaned
	}
	l.connection.Close()
	return lost
}

// files asks the borrower for the files that an instance is made of.
func (l *lending) files() ([]keeper.File, error) {
	if err := l.connection.Send(keeper.Reply{Version: keeper.Version, WantsFiles: true}); err != nil {
		return nil, err
	}
	select {
	case r, ok := <-l.requests:
		if !ok || len(r.Files) == 0 {
			return nil, errGone
		}
		return r.Files, nil
	case <-l.ctx.Done():
		return nil, context.Cause(l.ctx)
	}
}

// reportFailure tells the borrower why it gets nothing.
func (l *lending) reportFailure(err error) {
	reply := keeper.Reply{Version: keeper.Version, Refused: err.Error()}
	if l.ctx.Err() != nil {
		reply.Refused = context.Cause(l.ctx).Error() // the setup is not to blame
	} else if failed := (*service.SetupError)(nil); errors.As(err, &failed) {
		reply.Refused = ""
		reply.Failed = &keeper.Failed{Setup: failed.Setup, Err: fmt.Sprint(failed.Err), Said: failed.Said}
	}
	_ = l.connection.Send(reply)
}
