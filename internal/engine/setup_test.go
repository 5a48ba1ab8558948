package engine_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// batches is a framework that notes which cases it gets at once; each takes a
// second.
type batches struct {
	mu  sync.Mutex
	got []string
}

func (b *batches) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	var names []string
	for _, c := range batch.Cases {
		names = append(names, c.Name)
		report.Started(c)
		time.Sleep(time.Second)
		report.Finished(c, event.Result{})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, strings.Join(names, " "))
	return nil
}

func withSetup(setup string, takes time.Duration, c schedule.Case) schedule.Case {
	c.Setup, c.Takes = setup, takes
	return c
}

// Cases that share a set-up, and could not run at the same time anyway, hold their groups
// together; the set-up that takes longest goes first.
func TestCasesThatShareASetup(t *testing.T) {
	for capacity, want := range map[int]string{1: "c d,b f,a,e", 2: "c,f,b,d,a,e"} {
		synctest.Test(t, func(t *testing.T) {
			b := &batches{}
			described := group.Group{Label: db, Name: db, Scope: group.Process, Definition: group.Definition{Capacity: capacity}}
			begun := time.Now()
			r := run(t.Context(), engine.Options{
				Framework: b, Locker: process.New([]group.Group{described}), Capacity: map[string]int{db: capacity},
				Workers: 1, Batches: true,
			},
				withSetup("", time.Second, newCase("a", db)), withSetup("m", 2*time.Second, newCase("b", db)),
				withSetup("n", 5*time.Second, newCase("c", db)), withSetup("n", 2*time.Second, newCase("d", db)),
				withSetup("", time.Second, newCase("e", db)), withSetup("m", 3*time.Second, newCase("f", db)))
			if got := strings.Join(b.got, ","); got != want {
				t.Errorf("capacity %d: got %s, want %s", capacity, got, want)
			}
			if took := time.Since(begun); took != 6*time.Second || len(r.started()) != 6 {
				t.Errorf("%v started in %v", r.started(), took)
			}
		})
	}
}

// Cases that need nothing stay together, too, so that few batches need a set-up.
func TestFreeCasesThatShareASetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &batches{}
		run(t.Context(), engine.Options{Framework: b, Workers: 1, Batches: true},
			withSetup("", 2*time.Second, newCase("a")), withSetup("m", 2*time.Second, newCase("b")),
			withSetup("n", 5*time.Second, newCase("c")), withSetup("n", time.Second, newCase("d")),
			withSetup("m", 3*time.Second, newCase("e")))
		if got, want := strings.Fields(strings.Join(b.got, " ")), []string{"c", "d", "b", "e", "a"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// If the groups come while no worker is free, all are given back, and run later.
func TestCasesThatShareASetupAreGivenBackTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &batches{}
		locker := newLocker(db)
		release := occupy(t, locker, db)
		go func() {
			time.Sleep(time.Second / 2) // while the worker runs the other case
			release()
		}()
		asked := 0
		counting := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			asked++
			return locker.Acquire(ctx, needs)
		})
		run(t.Context(), engine.Options{
			Framework: b, Locker: counting, Capacity: map[string]int{db: 1}, Workers: 1, Batches: true,
		}, withSetup("m", 0, newCase("a", db)), withSetup("m", 0, newCase("b", db)), newCase("free"))
		if want := []string{"free", "a b"}; !slices.Equal(b.got, want) || asked != 2 {
			t.Errorf("got %q after %d questions, want %q after 2", b.got, asked, want)
		}
	})
}

// If only one case can run at a time, the cases of a file keep the order given, whatever they
// take; files that share a set-up stay beside one another.
func TestCasesOfAFileKeepTheirOrder(t *testing.T) {
	in := func(file, setup string, takes time.Duration, name string) schedule.Case {
		c := withSetup(setup, takes, newCase(name, db))
		c.File = file
		return c
	}
	for capacity, want := range map[int]string{1: "d,e,f,g,a,b,c", 2: "f,c,g,b,d,a,e"} {
		synctest.Test(t, func(t *testing.T) {
			b := &batches{}
			described := group.Group{Label: db, Name: db, Scope: group.Process, Definition: group.Definition{Capacity: capacity}}
			run(t.Context(), engine.Options{
				Framework: b, Locker: process.New([]group.Group{described}), Capacity: map[string]int{db: capacity}, Workers: 1,
			},
				in("x", "", 1*time.Second, "a"), in("x", "", 3*time.Second, "b"), in("x", "", 5*time.Second, "c"),
				in("y", "", 2*time.Second, "d"), in("z", "package", 1*time.Second, "e"), in("y", "package", 6*time.Second, "f"),
				in("z", "", 4*time.Second, "g"))
			if got := strings.Join(b.got, ","); got != want {
				t.Errorf("capacity %d: got %s, want %s", capacity, got, want)
			}
		})
	}
}
