package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
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

func readers(n int) []schedule.Case {
	var cases []schedule.Case
	for i := range n {
		c := newCase(fmt.Sprint("read", i), db)
		c.Needs[0].Mode = group.Shared
		cases = append(cases, c)
	}
	return cases
}

// turns is a locker of a group that somebody else wants after each holder, and then holds for an
// hour.
type turns struct {
	group chan struct{}
	asked int
}

func (l *turns) Acquire(ctx context.Context, _ []group.Need) (lock.Held, error) {
	l.asked++
	select {
	case l.group <- struct{}{}:
	default:
		lock.Waiting(ctx, db)
		l.group <- struct{}{}
	}
	return turn{l}, nil
}

type turn struct{ of *turns }

func (turn) Grants() map[string]group.Grant { return nil }
func (turn) Confirm() error                 { return nil }
func (turn) Begun()                         {}
func (h turn) Undo()                        { h.Release() }
func (turn) Lost() <-chan struct{}          { return nil }
func (h turn) Release()                     { time.AfterFunc(time.Hour, func() { <-h.of.group }) }

// Cases of one process share what one of them has asked for, so that nobody gets in between; but
// a waiter for the group eventually has its turn.
func TestCasesJoinThoseThatShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := &turns{group: make(chan struct{}, 1)}
		// They do not end at the same time, so there is always a holder.
		var ran atomic.Int64
		uneven := framework(func(ctx context.Context, name string) event.Outcome {
			n := time.Duration(ran.Add(1))
			return passAfter(time.Minute+n*n*time.Millisecond)(ctx, name)
		})
		begin := time.Now()
		r := run(t.Context(), engine.Options{
			Framework: uneven, Locker: locker, Workers: 2, Capacity: map[string]int{db: 1},
		}, readers(40)...)
		if n := len(eventsOf[event.CaseFinished](r)); n != 40 {
			t.Errorf("%d cases finished", n)
		}
		// 16 at a time; then somebody else has it.
		if took := time.Since(begin); locker.asked != 3 || took < 2*time.Hour+20*time.Minute || took > 2*time.Hour+24*time.Minute {
			t.Errorf("the cases asked %d times and took %v", locker.asked, took)
		}
		time.Sleep(time.Hour)
	})
}

// Together: at the beginning if there are other processes, and otherwise after the cases that
// want the group exclusively.
func TestCasesThatShareGoTogether(t *testing.T) {
	for shards, want := range map[int]string{1: "write0 write1 read0 read1 read2", 2: "read0 read1 read2 write0 write1"} {
		synctest.Test(t, func(t *testing.T) {
			cases := append([]schedule.Case{newCase("write0", db), newCase("write1", db)}, readers(3)...)
			r := run(t.Context(), engine.Options{
				Framework: passAfter(time.Second), Locker: process.New([]group.Group{{Label: db, Definition: group.Definition{Capacity: 1}}}),
				Shards: shards, Workers: 1, Capacity: map[string]int{db: 1},
			}, cases...)
			if got := strings.Join(r.started(), " "); got != want {
				t.Errorf("%d shards: %s, want %s", shards, got, want)
			}
		})
	}
}
