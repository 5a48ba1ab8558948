package keeper

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/internal/service"
)

var (
	// ErrNone says that this user has no keeper.
	ErrNone = errors.New("no keeper of services is up")
	// ErrUnavailable is wrapped by errors of a keeper that is up and lends nothing.
	ErrUnavailable = errors.New("the keeper of services cannot be used")
)

// silence is how long a keeper may say nothing before it counts as stopped.
const silence = 5 * time.Second

// Borrow returns an instance of a unit that the caller holds. files returns the files of its
// programs, should the keeper need them, and probe says why an instance cannot be used from here.
// The connection, on which nothing else was said, belongs to the loan, or is closed.
//
// Errors: ctx.Err(); one that wraps ErrUnavailable, after which the caller can start an instance by
// itself; and a *service.SetupError.
func (c *Connection) Borrow(ctx context.Context, use Use, files func() []File, probe func(Lent) error) (*Loan, error) {
	stop := context.AfterFunc(ctx, c.Close)
	lent, err := negotiate(c, use, files, probe)
	if !stop() {
		return nil, context.Cause(ctx) // the connection is closed, or will be
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return newLoan(c, *lent), nil
}

// negotiate returns an instance that the probe finds usable. The keeper may be wrong about one that
// it has had for long, and starts another one then.
func negotiate(c *Connection, use Use, files func() []File, probe func(Lent) error) (*Lent, error) {
	next := Request{Version: Version, Use: &use}
	for range 2 {
		lent, err := ask(c, next, files)
		if err != nil {
			return nil, err
		}
		err = probe(*lent)
		if err == nil {
			return lent, nil
		}
		next = Request{Unusable: err.Error()}
	}
	return nil, Unavailable(fmt.Errorf("what it lends for %s cannot be used from here: %s", use.Spec.Name, next.Unusable))
}

// ask sends a request and waits for an instance.
func ask(c *Connection, r Request, files func() []File) (*Lent, error) {
	if err := c.Send(r); err != nil {
		return nil, Unavailable(err)
	}
	for {
		var reply Reply
		if err := c.Receive(&reply, silence); err != nil {
			return nil, Unavailable(err)
		}
		switch {
		case reply.Version != Version:
			return nil, Unavailable(fmt.Errorf("it is of another release of rules_interlock: end it with `interlock services down`"))
		case reply.Refused != "":
			return nil, Unavailable(errors.New(reply.Refused))
		case reply.Failed != nil:
			return nil, &service.SetupError{
				Setup: reply.Failed.Setup, Err: errors.New(reply.Failed.Err), Said: reply.Failed.Said,
			}
		case reply.Lent != nil:
			return reply.Lent, nil
		case reply.WantsFiles:
			if err := c.Send(Request{Files: files()}); err != nil {
				return nil, Unavailable(err)
			}
		}
	}
}

// Unavailable returns an error after which the caller can start an instance by itself.
func Unavailable(err error) error {
	if errors.Is(err, ErrNone) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
