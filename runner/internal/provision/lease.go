package provision

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/quantum"
)

// lease is units of one group that this runner holds, and their instances. It is a lock.Held for
// one case after another.
type lease struct {
	resource *resource
	held     lock.Held
	slots    []int
	// patience ends when its instances have to go at once; kill ends it.
	patience context.Context
	kill     context.CancelFunc
	// over is closed when the lease is given up.
	over chan struct{}

	// These belong to the resource's mutex.
	endIdle func() // nil while a case uses it
	lost    bool
	quantum quantum.Quantum // since its instances were up for the first time

	mu        sync.Mutex // while instances start or stop
	instances []*instance
	stopped   bool
}

func newLease(r *resource, held lock.Held) *lease {
	l := &lease{resource: r, held: held, slots: held.Grants()[r.group.Label].Slots, over: make(chan struct{})}
	l.patience, l.kill = context.WithCancel(r.options.Patience)
	l.instances = make([]*instance, len(l.slots))
	return l
}

// ready starts the instances that are not up, all at once.
func (l *lease) ready(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return l.unusable()
	}
	missing := l.missing()
	if len(missing) == 0 {
		return nil
	}
	lock.Waiting(ctx, l.resource.group.Label)
	began := time.Now()
	starting, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	defer context.AfterFunc(l.patience, func() { fail(l.unusable()) })()
	var starts sync.WaitGroup
	for _, i := range missing {
		starts.Go(func() {
			if err := l.start(starting, i); err != nil {
				fail(err) // without it the others are of no use
			}
		})
	}
	starts.Wait()
	if err := context.Cause(starting); err != nil {
		return err
	}
	l.resource.paid(l, time.Since(began))
	return nil
}

// unusable is the error for units that were taken away while their instances started.
func (l *lease) unusable() error {
	return fmt.Errorf("%s: stopped while its setup ran: %w", l.resource.group.Label, lock.ErrLost)
}

// missing returns the indexes of instances that are not up.
func (l *lease) missing() (missing []int) {
	for i, one := range l.instances {
		if one == nil {
			missing = append(missing, i)
		} else if why := one.death(); why != "" {
			l.resource.options.Warn(fmt.Sprintf("%s: %s, so it is set up anew", l.resource.name(l.slots[i]), why))
			missing = append(missing, i)
		}
	}
	return missing
}

// start starts an instance, replacing a dead one if there is one.
func (l *lease) start(ctx context.Context, i int) (err error) {
	if dead := l.instances[i]; dead != nil {
		dead.stop()
	}
	defer l.resource.noteSetup()()
	l.instances[i], err = launch(l.patience, l.resource, l.slots[i])
	if err == nil {
		err = l.instances[i].begin(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", l.resource.name(l.slots[i]), err)
	}
	return nil
}

// name names a unit, as in "//db:pg: instance pg0".
func (r *resource) name(slot int) string {
	if slot < len(r.group.Instances) {
		return fmt.Sprintf("%s: instance %s", r.group.Label, r.group.Instances[slot])
	}
	return fmt.Sprintf("%s: unit %d", r.group.Label, slot)
}

// stop stops what is up, and returns when it is gone.
func (l *lease) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	var stops sync.WaitGroup
	for _, one := range l.instances {
		if one != nil {
			stops.Go(one.stop)
		}
	}
	stops.Wait()
	l.instances = nil
	l.kill() // frees what the context needs
}

// Release implements lock.Held, for one case.
func (l *lease) Release() { l.resource.giveBack(l) }

// Undo is Release: a group with a setup has no rate.
func (l *lease) Undo() { l.Release() }

// Begun does nothing, for the same reason.
func (l *lease) Begun() {}

// Grants implements lock.Held.
func (l *lease) Grants() map[string]group.Grant {
	grants := l.held.Grants()
	grant := grants[l.resource.group.Label]
	grant.Values = l.values()
	return map[string]group.Grant{l.resource.group.Label: grant}
}

// values returns what the setup of each instance has printed.
func (l *lease) values() []map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	values := make([]map[string]string, len(l.slots))
	for i, one := range l.instances {
		values[i] = one.values
	}
	return values
}

// Lost implements lock.Held.
func (l *lease) Lost() <-chan struct{} { return l.held.Lost() }

// Confirm implements lock.Held.
func (l *lease) Confirm() error { return l.held.Confirm() }
