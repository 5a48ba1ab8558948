// Package histories checks that a lock.Locker is linearizable.
//
// Real processes ask for groups and give them back at random. Some are killed, and some are
// stopped until they lose what they hold, if that is possible. Each notes, by a clock that all of
// them read alike, when it asked and when it got its answer. Such a history is linearizable
// (Herlihy and Wing, 1990) if every operation can be given a moment between its two times so that
// all of them, one after the other, do what a model of the groups does. Package porcupine
// searches for these moments. The parts are:
//
//   - model: what groups are, in a few lines;
//   - journal: what a process notes;
//   - operations: a history made of journals;
//   - participant: what a process does;
//   - round: one history, from the start of its processes to the check;
//   - history: rounds for as long as is wanted.
package histories

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Environment variables for a longer search.
const (
	// SeedVariable is the seed of the first round, a number; 1 by default. The
	// next round has the next number.
	SeedVariable = "INTERLOCK_HISTORY_SEED"
	// TimeVariable is how long to start new rounds, as in "10m"; by default there are two rounds.
	TimeVariable = "INTERLOCK_HISTORY_TIME"
)

// mostRounds is the most rounds until one shows something.
const mostRounds = 8

// Implementation is an implementation whose histories are checked.
type Implementation struct {
	// Name distinguishes it from others.
	Name string
	// NewSpace makes a place in which groups exclude, and returns what Open needs.
	NewSpace func(t *testing.T, groups []group.Group) (space string)
	// Open opens a place again, in this process or in another one.
	Open func(space string) (lock.Locker, error)
	// Fences says whether grants have fencing tokens.
	Fences bool
	// Loss is how long a process has to be stopped to lose what it holds; 0 means that nothing is
	// ever lost.
	Loss time.Duration
	// Round is how long a round lasts; 0 means one second. In that time some processes are
	// killed, so it should be several times as long as it takes until their groups are free.
	Round time.Duration
}

// Run makes and checks histories of an implementation, which Main must know.
func Run(t *testing.T, impl Implementation) {
	seed, limit := settings(t)
	end := time.Now().Add(limit)
	expired, lost := 0, 0
	showsNothing := func() bool { return expired == 0 || impl.Loss > 0 && lost == 0 }
	for n := 0; n < 2 || n < mostRounds && showsNothing() || time.Now().Before(end); n++ {
		seed := seed + uint64(n)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			r := &round{impl: impl, seed: seed}
			if err := r.run(t); err != nil {
				t.Fatalf("%v\nagain, if chance allows: %s=%d", err, SeedVariable, seed)
			}
			t.Logf("%d operations of %d processes, of which %d were killed with %d groups in hand; %d groups were lost",
				r.operations, r.started, r.killed, r.expired, r.lost)
			expired += r.expired
			lost += r.lost
		})
	}
	if showsNothing() {
		t.Errorf("%d groups were in hand when a process was killed, and %d were lost: longer rounds are needed to show anything", expired, lost)
	}
}

// settings reads the environment.
func settings(t *testing.T) (seed uint64, limit time.Duration) {
	t.Helper()
	seed = 1
	var err error
	if text, ok := os.LookupEnv(SeedVariable); ok {
		if seed, err = strconv.ParseUint(text, 10, 63); err != nil {
			t.Fatalf("%s: %v", SeedVariable, err)
		}
	}
	if text, ok := os.LookupEnv(TimeVariable); ok {
		if limit, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", TimeVariable, err)
		}
	}
	return seed, limit
}
