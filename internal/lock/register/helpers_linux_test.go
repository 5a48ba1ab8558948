package register

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// enough is how long these tests wait for what has to happen.
const enough = 30 * time.Second

var db = group.Group{Label: "//:db", Name: "db", Scope: group.Host, Key: "db", Definition: group.Definition{Capacity: 2}}

// need is a need of db.
func need(weight int) group.Need { return group.Need{Group: db.Label, Weight: weight} }

// newPlace makes the files of a register.
func newPlace(t *testing.T) Place {
	t.Helper()
	place := Place{Identity: t.TempDir()}
	for name, paths := range map[string]*[]string{"queue": &place.Queue, "units": &place.Units} {
		path := filepath.Join(place.Identity, name)
		makeFile(t, path)
		*paths = []string{path}
	}
	return place
}

func makeFile(t testing.TB, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("a lock file\n"), 0o444); err != nil {
		t.Fatal(err)
	}
}

// replace puts another file in place of path.
func replace(t *testing.T, path string) {
	t.Helper()
	makeFile(t, path+".new")
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// at returns a locker for g with the register at place.
func at(place Place, g group.Group) lock.Locker {
	return New([]group.Group{g}, func(group.Group) (Place, error) { return place, nil })
}

// joinQueue draws a ticket, whether anybody waits or not.
func joinQueue(ctx context.Context, place Place) (*turn, error) {
	s, err := openStation(place)
	if err != nil {
		return nil, err
	}
	if err := s.enterDoorway(ctx); err != nil {
		s.close()
		return nil, err
	}
	defer s.leaveDoorway()
	return s.draw()
}

func mustJoin(t *testing.T, place Place) *turn {
	t.Helper()
	turn, err := joinQueue(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(turn.leave)
	return turn
}

func (t *turn) isFirst() (bool, error) {
	ahead, err := t.ahead(1)
	return len(ahead) == 0, err
}

func mustOpen(t *testing.T, path string) *lockFile {
	t.Helper()
	f, err := openLockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f
}

// patient returns a context that ends when the test has waited for too long.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	t.Cleanup(cancel)
	return ctx
}

func mustAcquire(t *testing.T, locker lock.Locker, n group.Need) lock.Held {
	t.Helper()
	held, err := locker.Acquire(patient(t), []group.Need{n})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// startWaiting asks for n, returns when the request waits, and delivers what it got.
func startWaiting(t *testing.T, locker lock.Locker, n group.Need) <-chan lock.Held {
	t.Helper()
	waiting, got := make(chan string, 10), make(chan lock.Held, 1)
	ctx := lock.WithTrace(t.Context(), lock.Trace{Waiting: func(label string) { waiting <- label }})
	go func() {
		if held, err := locker.Acquire(ctx, []group.Need{n}); err == nil {
			got <- held
		} else if ctx.Err() == nil {
			t.Error(err)
		}
	}()
	receive(t, waiting, "that it waits")
	return got
}

// receive returns what comes from c, or fails the test if it does not come soon.
func receive[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(enough):
		t.Fatalf("after %v there is not %s", enough, what)
		panic("unreachable")
	}
}

func mustSay(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want %q in it", err, part)
		}
	}
}

func mustStation(t *testing.T, place Place) *station {
	t.Helper()
	s, err := openStation(place)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}
