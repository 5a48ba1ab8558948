// Package services is the keeper of services: the process behind `interlock services` that starts
// what the units of resource groups stand for, and lends it to one test after another. The parts
// are:
//
//   - services: the keeper, from its start to its end;
//   - session: what is said on one connection;
//   - lending: an instance, from the request of a runner until it has it back;
//   - unit: one unit with its instance, or without;
//   - failures: setups that are not tried again for a while;
//   - start, runfiles, logfile: how an instance is started;
//   - listen: the socket.
//
// Package internal/keeper has the messages.
package services

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/keeper"
)

const (
	// firstVisit is how long a keeper that was started waits for somebody who wants it to stay.
	firstVisit = 30 * time.Second
	// maxIdle is how long a keeper stays that nobody uses, as long as a Bazel server
	// (--max_idle_secs).
	maxIdle = 3 * time.Hour
)

// Options are how a keeper works.
type Options struct {
	// Dir is the folder for the instances' folders and logs. No other keeper has it.
	Dir string
	// LinkDir is the folder for short links to them.
	LinkDir string
	// Say gets sentences about what happens, for the keeper's log.
	Say func(string)
}

// Keeper has the services of a user.
type Keeper struct {
	options  Options
	network  string
	failures failures

	// patience ends when instances have to go at once.
	patience  context.Context
	impatient context.CancelFunc

	mu       sync.Mutex
	units    map[place]*unit
	logs     map[string]int // how many units have a log with that name
	attached int            // those that keep the keeper
	pinned   bool
	ending   bool
	lendings map[*lending]bool
	sessions sync.WaitGroup
	idle     *time.Timer
	end      chan struct{} // closed when ending begins
	over     chan struct{} // closed when no service is left
}

// place identifies a unit.
type place struct {
	group string
	slot  int
}

// New returns a keeper without services.
func New(o Options) *Keeper {
	k := &Keeper{
		options: o, network: keeper.Network(), units: map[place]*unit{}, lendings: map[*lending]bool{},
		end: make(chan struct{}), over: make(chan struct{}),
	}
	k.patience, k.impatient = context.WithCancel(context.Background())
	k.idle = time.AfterFunc(firstVisit, k.expire)
	return k
}

// expire ends a keeper that nobody uses.
func (k *Keeper) expire() {
	if k.isLending() {
		_ = k.keep(func() {})
		return
	}
	k.say("nobody needs it")
	k.End(false)
}

// Listener accepts connections, until it is closed.
type Listener interface {
	Accept() (*keeper.Connection, error)
	// Guard makes the guardian of this process keep other keepers away, too: until no service is left.
	Guard()
	Close()
}

// Serve lends services to those who connect, until the keeper is told to end or ctx ends. When it
// returns, no service is left.
func (k *Keeper) Serve(ctx context.Context, l Listener) {
	defer guard.Stop()
	if err := guard.Start(func(err error) { k.say("its guardian is gone: %v", err) }); err != nil {
		k.say("if this process is killed, services may go on: %v", err)
	}
	l.Guard()
	defer context.AfterFunc(ctx, func() { k.End(true) })()
	go func() {
		<-k.end
		k.awaitLendings() // until then it can be told to hurry
		l.Close()
	}()
	for {
		c, err := l.Accept()
		if err != nil {
			break
		}
		k.sessions.Go(func() {
			defer c.Close()
			k.serve(c)
		})
	}
	k.End(true) // the socket has failed, or nobody uses anything
	k.awaitLendings()
	k.stopAll()
	close(k.over)
	k.sessions.Wait()
	k.impatient()
}

// End ends the keeper: it lends nothing more. With now it does not wait for borrowers.
func (k *Keeper) End(now bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.ending {
		k.ending = true
		close(k.end)
	}
	if now {
		for l := range k.lendings {
			l.cancel(errEnding)
		}
	}
}

var errEnding = errors.New("the keeper ends")

// awaitLendings waits until nobody has an instance.
func (k *Keeper) awaitLendings() {
	for k.isLending() {
		time.Sleep(10 * time.Millisecond)
	}
}

func (k *Keeper) isLending() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.lendings) > 0
}

// stopAll ends every instance.
func (k *Keeper) stopAll() {
	k.mu.Lock()
	units := make([]*unit, 0, len(k.units))
	for _, u := range k.units {
		units = append(units, u)
	}
	k.mu.Unlock()
	var stops sync.WaitGroup
	for _, u := range units {
		stops.Go(u.close)
	}
	stops.Wait()
}

// keep makes the keeper stay: as long as somebody is attached, or pinned. It is false if the keeper
// is ending.
func (k *Keeper) keep(change func()) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	change()
	switch {
	case k.ending:
		return false
	case k.attached > 0:
		k.idle.Stop()
	case k.pinned:
		k.idle.Reset(maxIdle)
	case len(k.lendings) > 0:
		k.idle.Reset(time.Second)
	default:
		k.idle.Reset(0)
	}
	return true
}

// register adds a lending, unless the keeper is ending.
func (k *Keeper) register(l *lending) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ending {
		return false
	}
	k.lendings[l] = true
	if k.attached == 0 && k.pinned {
		k.idle.Reset(maxIdle)
	}
	return true
}

func (k *Keeper) unregister(l *lending) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.lendings, l)
}

// unit returns the unit that somebody wants.
func (k *Keeper) unit(use *keeper.Use) *unit {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := place{use.Place, use.Slot}
	u := k.units[at]
	if u == nil {
		u = newUnit(k, use)
		k.units[at] = u
	}
	return u
}

func (k *Keeper) say(format string, args ...any) { k.options.Say(fmt.Sprintf(format, args...)) }
