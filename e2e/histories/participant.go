package histories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// assignmentVariable has the assignment of a participant.
const assignmentVariable = "INTERLOCK_HISTORY_PARTICIPANT"

// clientsEach is how many clients a participant has, so that other processes wait for it, and it
// waits for itself.
const clientsEach = 2

// assignment is what a participant should do, in JSON.
type assignment struct {
	Implementation string
	Space          string
	Groups         []group.Group
	Seed           uint64
	// Number is the number of the participant, from 0.
	Number int
	// Long is how long some things are held, so that some participants are killed while they
	// hold.
	Long    time.Duration
	Journal string
}

// Main is the body of a process that Run has started. In any other process it returns at once.
// The TestMain of the package calls it first.
func Main(impls ...Implementation) {
	text := os.Getenv(assignmentVariable)
	if text == "" {
		return
	}
	if err := participate(text, impls); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// participate asks for groups until the input ends.
func participate(text string, impls []Implementation) error {
	var a assignment
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return err
	}
	locker, err := a.open(impls)
	if err != nil {
		return err
	}
	journal, err := openJournal(a.Journal)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { defer cancel(); _, _ = io.Copy(io.Discard, os.Stdin) }()
	errs := make([]error, clientsEach)
	var all sync.WaitGroup
	for i := range clientsEach {
		c := newClient(a.Number*clientsEach+i, a.Seed, a.Groups, locker, journal)
		all.Go(func() { errs[i] = c.work(ctx, a.Long) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (a *assignment) open(impls []Implementation) (lock.Locker, error) {
	i := slices.IndexFunc(impls, func(impl Implementation) bool { return impl.Name == a.Implementation })
	if i < 0 {
		return nil, fmt.Errorf("the implementation %q is none of those that Main knows", a.Implementation)
	}
	return impls[i].Open(a.Space)
}

// client asks for one thing after the other.
type client struct {
	number  int
	random  *rand.Rand
	groups  []group.Group
	locker  lock.Locker
	journal *journal
	holding int64
}

func newClient(number int, seed uint64, groups []group.Group, locker lock.Locker, journal *journal) *client {
	return &client{
		number:  number,
		random:  rand.New(rand.NewPCG(seed, uint64(number))),
		groups:  groups,
		locker:  locker,
		journal: journal,
		holding: int64(number) << 32,
	}
}

// work holds various needs until ctx ends, some of them for long.
func (c *client) work(ctx context.Context, long time.Duration) error {
	for ctx.Err() == nil {
		ctx, cancel := c.sometimesCancelled(ctx)
		during := time.Duration(c.random.IntN(1000)) * time.Microsecond
		if c.random.IntN(10) == 0 {
			during = long
		}
		err := c.hold(ctx, c.choose(), during)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// hold holds needs once, unless ctx ends before.
func (c *client) hold(ctx context.Context, needs []group.Need, during time.Duration) error {
	c.holding++
	if err := c.note(note{What: asked, At: caselog.Now(), Needs: needs}); err != nil {
		return err
	}
	before := caselog.Now()
	held, err := c.locker.Acquire(ctx, needs)
	switch at := caselog.Now(); {
	case err == nil:
		return errors.Join(c.note(note{What: got, At: at, Grants: held.Grants()}), c.use(held, before, during))
	case ctx.Err() != nil:
		return c.note(note{What: gaveUp, At: at})
	default:
		return c.note(note{What: failed, At: at, Problem: err.Error()})
	}
}

// use continues to hold for a while, and then gives everything back. If this process was stopped,
// what it lost may have been lost at any time since it was asked for.
func (c *client) use(held lock.Held, asked caselog.Instant, during time.Duration) error {
	if held.Confirm() == nil {
		select {
		case <-time.After(during):
		case <-held.Lost():
		}
	}
	if held.Confirm() != nil {
		held.Release()
		return c.note(note{What: wasLost, At: asked})
	}
	if err := c.note(note{What: giving, At: caselog.Now()}); err != nil {
		return err
	}
	held.Release()
	return c.note(note{What: given, At: caselog.Now()})
}

func (c *client) note(n note) error {
	n.Client, n.Holding = c.number, c.holding
	return c.journal.write(n)
}

// choose returns what to hold: one or two groups, some of them shared.
func (c *client) choose() []group.Need {
	var needs []group.Need
	for _, i := range c.random.Perm(len(c.groups))[:1+c.random.IntN(2)] {
		g := c.groups[i]
		n := group.Need{Group: g.Label, Weight: 1 + c.random.IntN(g.Capacity)}
		if c.random.IntN(3) == 0 {
			n.Weight, n.Mode = 1, group.Shared
		}
		needs = append(needs, n)
	}
	return needs
}

// sometimesCancelled lets some requests give up while they wait.
func (c *client) sometimesCancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.random.IntN(5) == 0 {
		return context.WithTimeout(ctx, time.Duration(c.random.IntN(3000))*time.Microsecond)
	}
	return context.WithCancel(ctx)
}
