package services

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
)

const (
	// handover is how long a borrower that has given up its unit may take to say so. One that takes
	// longer has lost the unit.
	handover = 2 * time.Second
	// soon is the grace of an instance that is not fit for use, while somebody waits for another.
	soon = 5 * time.Second
)

// unit is one unit of a group, with its instance if that is up.
//
// The turn belongs to whoever has the instance or does something to it; all fields without a mutex
// belong to the turn.
type unit struct {
	keeper *Keeper
	turn   chan struct{}
	log    *logFile

	instance *service.Instance
	made     *keeper.Use // for whom it was started
	lent     bool        // to anybody yet
	idle     *time.Timer

	mu      sync.Mutex
	current *lending // who has the turn; nil if it is the keeper
	waiting int      // how many wait for the turn
	status  keeper.Service
}

func newUnit(k *Keeper, use *keeper.Use) *unit {
	return &unit{
		keeper: k, turn: make(chan struct{}, 1),
		status: keeper.Service{Name: use.Spec.Name, Place: use.Place, Slot: use.Slot},
	}
}

// takeTurn waits for the turn. Who asks holds the unit. So whoever has the turn has given the unit
// up, or has lost it: then it loses the instance as well.
func (u *unit) takeTurn(l *lending) error {
	u.wait(+1)
	defer u.wait(-1)
	timer := time.NewTimer(handover)
	defer timer.Stop()
	for {
		select {
		case u.turn <- struct{}{}:
			u.mu.Lock()
			u.current = l
			u.mu.Unlock()
			if u.idle != nil {
				u.idle.Stop()
			}
			return nil
		case <-timer.C:
			u.usurp(l)
			timer.Reset(handover) // the next one may have lost the unit, too
		case <-l.ctx.Done():
			return context.Cause(l.ctx)
		}
	}
}

func (u *unit) wait(change int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.waiting += change
}

func (u *unit) isAwaited() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.waiting > 0
}

// usurp ends what another borrower does.
func (u *unit) usurp(by *lending) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.current != nil && u.current.ctx.Err() == nil {
		u.keeper.say("%s: %s has it, and %s says that it holds the unit: the first one loses it",
			u.status.Name, u.current.use.Borrower, by.use.Borrower)
		u.current.cancel(fmt.Errorf("%s holds the unit", by.use.Borrower))
	}
}

func (u *unit) giveTurn() {
	u.mu.Lock()
	u.current = nil
	u.mu.Unlock()
	<-u.turn
}

// prepare makes sure that there is an instance that is fit for the next borrower.
func (u *unit) prepare(l *lending) error {
	if u.instance != nil {
		if why := u.unfit(l); why != "" {
			u.stop(why)
		}
	}
	if u.instance != nil && u.lent {
		u.reset(l)
	}
	if u.instance == nil {
		if err := u.start(l); err != nil {
			u.set(keeper.Failing, "")
			return err
		}
	}
	if err := context.Cause(l.ctx); err != nil {
		u.over(returned)
		return err
	}
	u.lent = true
	return nil
}

// unfit says why the instance is not for the next borrower; empty if it is.
func (u *unit) unfit(l *lending) string {
	if why := u.instance.Death(); why != "" {
		return why
	}
	if u.made.Digest != l.use.Digest {
		return whatChanged(u.made, l.use)
	}
	return ""
}

// reset puts the instance back into its first state, or ends it.
func (u *unit) reset(l *lending) {
	if !u.instance.CanReset() {
		return
	}
	u.set(keeper.Resetting, l.use.Borrower)
	if err := u.instance.Reset(l.ctx); err != nil {
		u.stop(fmt.Sprintf("its reset failed: %v", err))
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Reset = time.Now()
}

// parting is how a loan ends.
type parting int

const (
	// returned: the borrower has given the instance back.
	returned parting = iota
	// orphaned: the borrower has ended without a word. When the next one has the unit, nothing of it
	// is left that could use the instance.
	orphaned
	// lost: the borrower has lost the unit, so its case may still use the instance.
	lost
)

// over ends a loan.
func (u *unit) over(how parting) {
	if how == orphaned && u.isAwaited() {
		how = lost // somebody else has had the unit before it ended
	}
	switch {
	case how == lost:
		u.stop("the test that had it has lost the unit, and may still use it")
		return
	case how == orphaned && !u.instance.CanReset():
		u.stop("the test that had it did not give it back")
		return
	}
	u.set(keeper.Idle, "")
	instance := u.instance
	u.idle = time.AfterFunc(u.idleTimeout(), func() { u.expire(instance) })
}

func (u *unit) idleTimeout() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.current.use.IdleTimeout
}

// expire ends an instance that nobody has used.
func (u *unit) expire(instance *service.Instance) {
	select {
	case u.turn <- struct{}{}:
	default:
		return // somebody has it
	}
	defer u.giveTurn()
	if u.instance == instance {
		u.stop("nobody has used it for its idle_timeout")
	}
}

// stop ends the instance.
func (u *unit) stop(why string) {
	u.keeper.say("%s ends: %s", u.status.Name, why)
	u.set(keeper.Ending, "")
	u.instance.StopWithin(soon)
	u.instance, u.lent = nil, false
	u.set("", "")
}

// close ends the instance for good. Nobody else uses the unit any more.
func (u *unit) close() {
	u.turn <- struct{}{}
	defer u.giveTurn()
	if u.idle != nil {
		u.idle.Stop()
	}
	if u.instance != nil {
		u.set(keeper.Ending, "")
		u.instance.Stop()
		u.instance = nil
	}
	if u.log != nil {
		u.log.close()
	}
}

// set notes what happens to the instance, and for whom. An empty state is that of no instance.
func (u *unit) set(s keeper.State, borrower string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.State, u.status.Since, u.status.Borrower = s, time.Now(), borrower
	switch s {
	case keeper.InUse:
		u.status.Uses++
	case keeper.Starting:
		u.status.Started, u.status.Reset, u.status.Uses = time.Time{}, time.Time{}, 0
	}
}

// told is the status; it is not ok if there is no instance.
func (u *unit) told() (s keeper.Service, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.status, u.status.State != ""
}
