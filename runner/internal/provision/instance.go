package provision

import (
	"context"
	"errors"
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
)

// instance is what a unit stands for, started by this runner or by a keeper.
type instance interface {
	// Values returns what its setup has printed about it.
	Values() map[string]string
	// Death says why it is no longer usable; empty if it still is.
	Death() string
	// Stop ends it, or gives it back.
	Stop()
}

// open returns an instance of a unit: what a keeper lends, or else one that this runner starts.
func (l *lease) open(ctx context.Context, slot int) (instance, error) {
	if l.resource.mayBorrow() {
		loan, err := l.borrow(ctx, slot)
		switch {
		case err == nil:
			return loan, nil
		case !errors.Is(err, keeper.ErrNone) && !errors.Is(err, keeper.ErrUnavailable):
			return nil, err
		}
		l.resource.doWithout(err)
	}
	return l.launch(ctx, slot)
}

// launch starts an instance. After an error it is stopped together with the lease.
func (l *lease) launch(ctx context.Context, slot int) (instance, error) {
	spec, err := l.resource.group.Spec(slot)
	if err != nil {
		return nil, err
	}
	i, err := service.Launch(l.patience, spec, service.Options{TmpDir: l.resource.options.TmpDir})
	if err != nil {
		return nil, err
	}
	if err := i.Begin(ctx); err != nil {
		return i, err
	}
	return i, nil
}

// borrow asks the keeper for an instance. If the keeper ends, the lease is lost.
func (l *lease) borrow(ctx context.Context, slot int) (*keeper.Loan, error) {
	// First of all: what an instance is made of takes time to find out.
	c, err := keeper.Dial()
	if err != nil {
		return nil, keeper.Unavailable(err)
	}
	spec, err := l.resource.group.Spec(slot)
	if err != nil {
		c.Close()
		return nil, err
	}
	use, files, err := l.resource.group.Keep(slot)
	if err != nil {
		c.Close()
		return nil, keeper.Unavailable(err)
	}
	loan, err := c.Borrow(ctx, use, files, func(lent keeper.Lent) error {
		return service.Probe(ctx, spec, lent.Values, lent.Folder)
	})
	if err != nil {
		return nil, err
	}
	go l.watch(loan.Gone())
	return loan, nil
}

// mayBorrow reports whether a keeper is asked.
func (r *resource) mayBorrow() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.group.Keep != nil && !r.noKeeper
}

// doWithout asks no keeper any more, and says so if there is one.
func (r *resource) doWithout(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.noKeeper && !errors.Is(err, keeper.ErrNone) {
		r.options.Warn(fmt.Sprintf("%s: %v; this test starts an instance for itself", r.group.Label, err))
	}
	r.noKeeper = true
}
