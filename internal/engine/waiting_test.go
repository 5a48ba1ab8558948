package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

func TestWaitingIsReportedLessAndLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db, port)
		begin := time.Now()
		time.AfterFunc(200*time.Second, occupy(t, locker, db))
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: 1}, newCase("x", db, port))
		var at []time.Duration
		for _, e := range eventsOf[event.CaseWaiting](r) {
			at = append(at, e.At.Sub(begin))
			if e.Case.Name != "x" || e.Group != db || !e.Since.Equal(begin) {
				t.Errorf("got %+v", e)
			}
		}
		if want := []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 2 * time.Minute, 3 * time.Minute}; !slices.Equal(at, want) {
			t.Errorf("reported after %v, want %v", at, want)
		}
		if f := r.finished(t, "x"); f.Waited != 200*time.Second || f.Ran != time.Second {
			t.Errorf("waited %v, ran %v", f.Waited, f.Ran)
		}
		if s := eventsOf[event.CaseStarted](r)[0]; s.Waited != 200*time.Second || s.At.Sub(begin) != 200*time.Second {
			t.Errorf("got %+v", s)
		}
	})
}

// inspected is a locker that knows the holders of its groups.
type inspected struct {
	lock.Locker
	holders map[string][]lock.User
}

func (i inspected) Holders(label string) []lock.User { return i.holders[label] }
func (i inspected) Wanted(string, int) bool          { return false }

func (i inspected) Why(label string, u lock.User) []string {
	return []string{u.Case + " is why", "and more"}
}

func TestHoldersAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noon := time.Date(2001, 2, 3, 12, 0, 1, 0, time.UTC)
		for want, holders := range map[string][]lock.User{
			"TestX of //a:b since 12:00:01":  {{Target: "//a:b", Case: "TestX", Since: noon}},
			"//a:b; ./deploy since 12:00:01": {{Target: "//a:b"}, {Case: "./deploy", Since: noon}},
			"":                               nil,
		} {
			locker := newLocker(db, port)
			time.AfterFunc(2*time.Second, occupy(t, locker, db))
			r := run(t.Context(), engine.Options{
				Framework: passAfter(time.Second), Locker: inspected{locker, map[string][]lock.User{db: holders, port: {{Case: "another"}}}},
				Workers: 1,
			}, newCase("x", db, port))
			if waits := eventsOf[event.CaseWaiting](r); len(waits) != 1 || waits[0].Holders != want || waits[0].Why != "x is why; and more" {
				t.Errorf("got %+v, want one with %q", waits, want)
			}
		}
	})
}

// Lockers are told which user asks.
func TestUsersAreNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := newLocker(db)
		var users []lock.User
		locker := lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
			users = append(users, lock.UserOf(ctx))
			return free.Acquire(ctx, needs)
		})
		run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker, Target: "//a:b"}, newCase("x", db))
		if want := []lock.User{{Target: "//a:b", Case: "x"}}; !slices.Equal(users, want) {
			t.Errorf("asked for %+v, want %+v", users, want)
		}
	})
}

func TestShortWaitIsNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		time.AfterFunc(900*time.Millisecond, occupy(t, locker, db))
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Hour), Locker: locker}, newCase("x", db), newCase("free"))
		if waits := eventsOf[event.CaseWaiting](r); len(waits) > 0 {
			t.Errorf("got %+v", waits)
		}
	})
}

// The message of a case that was stopped while it waited says for what and since when it waited.
func TestEndWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{0, 2} {
			locker := newLocker(db)
			release := occupy(t, locker, db)
			since := time.Now()
			ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Second, timeIsUp{})
			r := run(ctx, engine.Options{Framework: passAfter(time.Second), Locker: locker, Workers: workers}, newCase("x", db), newCase("y", db))
			o := r.wantOutcome(t, "x", event.Errored, event.TypeTimeout)
			want := fmt.Sprintf("not run: time is up, while it waited for //:db since %s (1m30s)", since.Format(time.TimeOnly))
			if o.Message != want {
				t.Errorf("workers %d: message %q, want %q", workers, o.Message, want)
			}
			if f := r.finished(t, "x"); f.Waited != 90*time.Second || f.Ran != 0 {
				t.Errorf("waited %v, ran %v", f.Waited, f.Ran)
			}
			r.wantOutcome(t, "y", event.Errored, event.TypeTimeout)
			cancel()
			release()
		}
	})
}

func TestEndWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for cause, wantType := range map[error]string{
			timeIsUp{}:                   event.TypeTimeout,
			errors.New("told to"):        event.TypeInterrupted,
			engine.BudgetError{}:         event.TypeTimeout,
			fmt.Errorf("%w", timeIsUp{}): event.TypeTimeout,
		} {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(3*time.Second, func() { cancel(cause) })
			r := run(ctx, engine.Options{Framework: passAfter(time.Hour), Locker: newLocker(), Workers: 1}, newCase("x"), newCase("y"))
			o := r.wantOutcome(t, "x", event.Errored, wantType)
			word := map[string]string{event.TypeTimeout: "timed out: ", event.TypeInterrupted: "stopped: "}[wantType]
			if want := word + cause.Error(); o.Message != want {
				t.Errorf("message %q, want %q", o.Message, want)
			}
			if f := r.finished(t, "x"); f.Ran != 3*time.Second {
				t.Errorf("ran %v", f.Ran)
			}
			if o := r.wantOutcome(t, "y", event.Errored, wantType); !strings.HasPrefix(o.Message, "not run: ") {
				t.Errorf("message %q", o.Message)
			}
		}
	})
}

// A case that needs several groups waits for each since its own turn.
func TestWaitForOneGroupAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := newLocker()
		locker := lockerFunc(func(ctx context.Context, _ []group.Need) (lock.Held, error) {
			for _, label := range []string{db, port} {
				lock.Waiting(ctx, label)
				time.Sleep(2 * time.Second)
				lock.Waiting(ctx, label) // again, for the same group
				time.Sleep(2 * time.Second)
			}
			return free.Acquire(ctx, nil)
		})
		begin := time.Now()
		r := run(t.Context(), engine.Options{Framework: passAfter(time.Second), Locker: locker}, newCase("x", db, port))
		waits, x := eventsOf[event.CaseWaiting](r), newCase("x").Case
		if want := []event.CaseWaiting{
			{Case: x, Group: db, Since: begin, At: begin.Add(time.Second)},
			{Case: x, Group: port, Since: begin.Add(4 * time.Second), At: begin.Add(5 * time.Second)},
		}; !slices.Equal(waits, want) {
			t.Errorf("got %+v\nwant %+v", waits, want)
		}
	})
}

// A locker need not say what it waits for.
func TestEndOfAWaitForNothingInParticular(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, timeIsUp{})
		defer cancel()
		locker := lockerFunc(func(ctx context.Context, _ []group.Need) (lock.Held, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		r := run(ctx, engine.Options{Framework: passAfter(time.Second), Locker: locker}, newCase("x", db))
		if waits := eventsOf[event.CaseWaiting](r); len(waits) > 0 {
			t.Errorf("got %+v", waits)
		}
		if o := r.wantOutcome(t, "x", event.Errored, event.TypeTimeout); o.Message != "not run: time is up" {
			t.Errorf("message %q", o.Message)
		}
	})
}

// timeIsUp is a cause that is a time limit.
type timeIsUp struct{}

func (timeIsUp) Error() string { return "time is up" }
func (timeIsUp) Timeout() bool { return true }
