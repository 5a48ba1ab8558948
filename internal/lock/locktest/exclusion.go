package locktest

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

const (
	db   = "//test:db"
	port = "//test:port"
	api  = "//test:api"
)

var groups = []group.Group{
	{Label: api, Name: "api", Definition: group.Definition{Capacity: 3}},
	{Label: db, Name: "db", Definition: group.Definition{Capacity: 1}},
	{Label: port, Name: "port", Definition: group.Definition{Capacity: 2}},
}

func exclusive(label string, weight int) []group.Need {
	return []group.Need{{Group: label, Weight: weight}}
}

func shared(label string) []group.Need {
	return []group.Need{{Group: label, Weight: 1, Mode: group.Shared}}
}

// enough is for how long participants contend. After that, two rounds are enough.
const enough = 3 * time.Second

// contend makes participants of a space of groups hold, in turn, what pick says. Each does so
// rounds times, if that does not take too long.
func contend(
	t *testing.T, groups []group.Group, open func() lock.Locker, participants, rounds int, pick func(*rand.Rand) []group.Need,
) *ledger {
	t.Helper()
	account := newLedger(t, groups)
	begun := time.Now()
	var all sync.WaitGroup
	for p := range participants {
		locker, random := open(), rand.New(rand.NewPCG(1, uint64(p)))
		all.Go(func() {
			for round := range rounds {
				if round > 1 && time.Since(begun) > enough {
					return
				}
				needs := pick(random)
				held, err := locker.Acquire(t.Context(), needs)
				if err != nil {
					t.Errorf("acquire %v: %v", needs, err)
					return
				}
				account.enter(needs, held.Grants())
				runtime.Gosched()
				time.Sleep(time.Duration(random.IntN(300)) * time.Microsecond)
				account.leave(needs, held.Grants())
				held.Release()
			}
		})
	}
	within(t, 2*patience, "all participants are done", all.Wait)
	return account
}

// within fails the test with a dump of all goroutines if what takes too long.
func within(t *testing.T, limit time.Duration, what string, wait func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); wait() }()
	select {
	case <-done:
	case <-time.After(limit):
		stacks := make([]byte, 1<<20)
		t.Fatalf("after %v it is not so that %s\n%s", limit, what, stacks[:runtime.Stack(stacks, true)])
	}
}

func testExclusion(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	account := contend(t, groups, open, 8, 30, func(*rand.Rand) []group.Need { return exclusive(db, 1) })
	if account.most[db] != 1 {
		t.Errorf("at most %d holders at once, want 1", account.most[db])
	}
}

// The whole capacity is used, not only respected.
func testCapacity(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	for range 3 {
		held, err := open().Acquire(t.Context(), exclusive(api, 1))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
	}
	refuse(t, open(), exclusive(api, 1))
	contend(t, groups, impl.NewSpace(t, groups), 8, 30, func(r *rand.Rand) []group.Need { return exclusive(api, 1+r.IntN(3)) })
}

func testSharedTogether(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	for range 5 { // more than the capacity
		held, err := open().Acquire(t.Context(), shared(port))
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
	}
	refuse(t, open(), exclusive(port, 1))
}

// A participant that holds several groups never deadlocks with others that hold some of the same,
// in whatever order each names them.
func testSeveralAtOnce(t *testing.T, impl Implementation) {
	contend(t, groups, impl.NewSpace(t, groups), 8, 40, func(r *rand.Rand) []group.Need {
		needs := []group.Need{
			{Group: db, Weight: 1},
			{Group: port, Weight: 1 + r.IntN(2)},
			{Group: api, Weight: 1 + r.IntN(3)},
		}
		for i := range needs {
			if r.IntN(3) == 0 {
				needs[i].Weight, needs[i].Mode = 1, group.Shared
			}
		}
		r.Shuffle(len(needs), func(i, j int) { needs[i], needs[j] = needs[j], needs[i] })
		return needs[:1+r.IntN(3)]
	})
}
