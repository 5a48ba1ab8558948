package engine

import (
	"context"
	"sync"
)

// Preparer is a Framework whose workers take a while before they can run a case. A case is given
// only to a worker that is ready, so that no case holds its groups while its worker still starts.
type Preparer interface {
	// Prepare returns when the worker is ready, or will never be: then Run reports that for the
	// cases that it gets. When ctx ends it returns at once.
	Prepare(ctx context.Context, worker int)
}

// workers makes the workers of a run available: all at once, or each when it is ready. There are
// no more workers than cases. The returned function ends the preparation.
func (d *dispatcher) workers(cases int) (end func()) {
	preparer, ok := d.run.Framework.(Preparer)
	if !ok {
		for worker := range d.run.Workers {
			d.idle = append(d.idle, worker)
		}
		return func() {}
	}
	ctx, cancel := context.WithCancel(d.run.starting)
	var preparing sync.WaitGroup
	for worker := range min(d.run.Workers, cases) {
		preparing.Go(func() {
			preparer.Prepare(ctx, worker)
			d.mu.Lock()
			defer d.mu.Unlock()
			if !d.ended {
				d.free(worker)
				d.step()
			}
		})
	}
	return func() { cancel(); preparing.Wait() }
}
