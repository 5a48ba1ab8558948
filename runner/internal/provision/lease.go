package provision

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/keeper"
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
	// over is closed when the lease is given up, and gone when it is lost.
	over, gone chan struct{}
	lose       func() // closes gone

	// These belong to the resource's mutex.
	endIdle func() // nil while a case uses it
	lost    bool
	quantum quantum.Quantum // since its instances were up for the first time

	mu        sync.Mutex // while instances start or stop
	instances []instance
	stopped   bool
	// values are what the setups of the instances have printed. They outlive the instances: the case may
	// be about to begin when those are lost.
	values []map[string]string
}

func newLease(r *resource, held lock.Held) *lease {
	l := &lease{
		resource: r, held: held, slots: held.Grants()[r.group.Label].Slots,
		over: make(chan struct{}), gone: make(chan struct{}),
	}
	l.lose = sync.OnceFunc(func() { close(l.gone) })
	l.patience, l.kill = context.WithCancel(r.options.Patience)
	l.instances = make([]instance, len(l.slots))
	return l
}

// watch gives the lease up when lost is closed.
func (l *lease) watch(lost <-chan struct{}) {
	select {
	case <-lost:
		l.lose()
		l.kill()
		l.resource.lose(l)
	case <-l.over:
	}
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
	defer l.noteValues()
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
		} else if why := one.Death(); why != "" {
			l.resource.options.Warn(fmt.Sprintf("%s: %s, so it is set up anew", l.resource.group.UnitName(l.slots[i]), why))
			missing = append(missing, i)
		}
	}
	return missing
}

// start starts an instance, replacing a dead one if there is one.
func (l *lease) start(ctx context.Context, i int) (err error) {
	if dead := l.instances[i]; dead != nil {
		dead.Stop()
	}
	defer l.resource.noteSetup()()
	began := time.Now()
	l.instances[i], err = l.open(ctx, l.slots[i])
	l.noteStart(i, began, err)
	if err != nil {
		return fmt.Errorf("%s: %w", l.resource.group.UnitName(l.slots[i]), err)
	}
	return nil
}

// noteStart notes how the start of an instance went.
func (l *lease) noteStart(i int, began time.Time, err error) {
	if note := l.resource.options.Note; note != nil {
		_, kept := l.instances[i].(*keeper.Loan)
		note(event.InstanceStarted{
			Group: l.resource.group.Label, Unit: l.slots[i], From: began, To: time.Now(), Kept: kept && err == nil, Failed: err != nil,
		})
	}
}

// stop stops what is up, and returns when it is gone. lost says that somebody of this runner may
// still use it.
func (l *lease) stop(lost bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	var stops sync.WaitGroup
	for _, one := range l.instances {
		if one == nil {
			continue
		}
		stops.Go(func() {
			if loan, ok := one.(*keeper.Loan); ok && lost {
				loan.Abandon()
			}
			one.Stop()
		})
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
	l.mu.Lock()
	defer l.mu.Unlock()
	grant.Values = l.values
	return map[string]group.Grant{l.resource.group.Label: grant}
}

// noteValues notes what the setup of each instance has printed.
func (l *lease) noteValues() {
	l.values = make([]map[string]string, len(l.slots))
	for i, one := range l.instances {
		if one != nil {
			l.values[i] = one.Values()
		}
	}
}

// Lost implements lock.Held. A unit whose instance is gone with its keeper counts as lost, too.
func (l *lease) Lost() <-chan struct{} { return l.gone }

// Confirm implements lock.Held.
func (l *lease) Confirm() error {
	select {
	case <-l.gone: // its instances are forgotten by now, perhaps
		return lock.ErrLost
	default:
	}
	errs := []error{l.held.Confirm()}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.instances {
		if loan, ok := one.(*keeper.Loan); ok {
			errs = append(errs, loan.Confirm())
		}
	}
	return errors.Join(errs...)
}

// Explain implements lock.Explainer: an instance that has ended explains much.
func (l *lease) Explain() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, one := range l.instances {
		if one == nil {
			continue
		}
		if why := one.Death(); why != "" {
			all = append(all, l.resource.group.UnitName(l.slots[i])+": "+why)
		}
	}
	return all
}
