package keeper

import (
	"fmt"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Loan is an instance that a keeper has lent.
type Loan struct {
	connection *Connection
	lent       Lent
	gone       chan struct{}
	looks      chan Reply // answers to Request.Look

	asking sync.Mutex // while a look is under way
	silent bool       // the keeper stands still
	died   string

	mu       sync.Mutex
	returned bool
}

func newLoan(c *Connection, lent Lent) *Loan {
	l := &Loan{connection: c, lent: lent, gone: make(chan struct{}), looks: make(chan Reply, 1)}
	go l.listen()
	return l
}

// listen passes on what the keeper says, until one of them ends.
func (l *Loan) listen() {
	for {
		var reply Reply
		if l.connection.Receive(&reply, 0) != nil {
			break
		}
		if !reply.Looked {
			continue // a beat that was about to come
		}
		select {
		case l.looks <- reply:
		default: // nobody waits for it any more
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.returned {
		close(l.gone)
	}
}

// Values returns what the setup has printed about the instance, and its port.
func (l *Loan) Values() map[string]string { return l.lent.Values }

// Death says why the instance is no longer usable; empty if it still is, or if the keeper does not
// answer at once.
func (l *Loan) Death() string {
	l.asking.Lock()
	defer l.asking.Unlock()
	if l.died != "" || l.silent || l.connection.Send(Request{Look: true}) != nil {
		return l.died
	}
	select {
	case reply := <-l.looks:
		if reply.Died != "" {
			l.died = fmt.Sprintf("%s; its log is %s", reply.Died, l.lent.Log)
		}
	case <-l.gone:
	case <-time.After(time.Second):
		l.silent = true
	}
	return l.died
}

// Gone is closed when the keeper has ended, and with it the instance, or has given the unit's
// instance to somebody else.
func (l *Loan) Gone() <-chan struct{} { return l.gone }

// Confirm returns an error that wraps lock.ErrLost if that has happened.
func (l *Loan) Confirm() error {
	if l.connection.isOpen() {
		return nil
	}
	return fmt.Errorf("%w: the keeper that had lent an instance is gone, and the instance with it", lock.ErrLost)
}

// Stop gives the instance back. Nothing of the borrower may use it any more.
func (l *Loan) Stop() { l.end(func() { _ = l.connection.Send(Request{Done: true}) }) }

// Abandon lets the keeper know that something of the borrower may still use the instance, although
// the unit is lost. So nobody else may have it.
func (l *Loan) Abandon() { l.end(func() { _ = l.connection.Send(Request{Lost: true}) }) }

func (l *Loan) end(farewell func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.returned {
		l.returned = true
		farewell()
		l.connection.Close()
	}
}
