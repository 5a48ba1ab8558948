package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// taking returns a case that is expected to take d.
func taking(d time.Duration, name string, groups ...string) schedule.Case {
	c := newCase(name, groups...)
	c.Takes = d
	return c
}

// takes is a framework whose cases take as long as the list says.
func takes(cases []schedule.Case) framework {
	of := map[string]time.Duration{}
	for _, c := range cases {
		of[c.Name] = c.Takes
	}
	return func(ctx context.Context, name string) event.Outcome { return passAfter(of[name])(ctx, name) }
}

// order returns the names of cases in the order in which one worker starts them.
func order(t *testing.T, cases ...schedule.Case) []string {
	return run(t.Context(), engine.Options{Framework: takes(cases), Locker: newLocker(db, port), Workers: 1}, cases...).started()
}

func TestLongestCaseGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := order(t, taking(1*time.Second, "short"), taking(3*time.Second, "long"), taking(2*time.Second, "middle"))
		if want := []string{"long", "middle", "short"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// A chain of short cases takes longer than one case that is longer than each of them.
func TestCriticalChainGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := order(t, taking(3*time.Second, "long"), taking(2*time.Second, "db1", db), taking(2*time.Second, "db2", db))
		if want := []string{"db1", "long", "db2"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// Of the cases of a chain, the one that keeps most others waiting goes first.
func TestCaseOfSeveralGroupsGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := order(t, taking(time.Second, "db", db), taking(time.Second, "both", db, port), taking(time.Second, "port", port))
		if got[0] != "both" {
			t.Errorf("got %v", got)
		}
	})
}

// A group that no worker is free for is not kept from another process.
func TestGroupIsGivenBackWhileNoWorkerIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		release := occupy(t, locker, db)
		time.AfterFunc(time.Second, release)
		begin := time.Now()
		var other time.Duration
		time.AfterFunc(2*time.Second, func() {
			free := occupy(t, locker, db)
			other = time.Since(begin)
			time.AfterFunc(time.Second, free)
		})
		cases := []schedule.Case{taking(10*time.Second, "long"), taking(20*time.Second, "x", db)}
		r := run(t.Context(), engine.Options{Framework: takes(cases), Locker: locker, Workers: 1}, cases...)
		if other != 2*time.Second {
			t.Errorf("the other one got the group after %v", other)
		}
		if f := r.finished(t, "x"); f.At.Sub(begin) != 30*time.Second || f.Waited != time.Second { // then there was no worker
			t.Errorf("x finished after %v, waited %v", f.At.Sub(begin), f.Waited)
		}
	})
}

// A case that has given its groups back often keeps them, so that it does not starve.
func TestCaseThatHasGivenBackOftenKeepsItsGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker := newLocker(db)
		release := occupy(t, locker, db)
		done := make(chan struct{})
		go func() { // another process, which has the group whenever a worker becomes free here
			defer close(done)
			for range 30 {
				time.Sleep(1500 * time.Millisecond)
				release()
				time.Sleep(100 * time.Millisecond)
				release = occupy(t, locker, db)
				time.Sleep(400 * time.Millisecond)
			}
			release()
		}()
		var cases []schedule.Case
		for _, c := range numbered(25) {
			c.Takes = 2 * time.Second
			cases = append(cases, c)
		}
		cases = append(cases, taking(3*time.Second, "x", db))
		r := run(t.Context(), engine.Options{Framework: takes(cases), Locker: locker, Workers: 1}, cases...)
		if at := slices.Index(r.started(), "x"); at < 8 || at > 10 {
			t.Errorf("x started as number %d", at)
		}
		<-done
	})
}

// A case that needs two groups is not overtaken for ever by cases that need one.
func TestCaseIsPassedABoundedNumberOfTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cases []schedule.Case
		for i, c := range numbered(150) {
			// The ends of the two kinds never fall together.
			c.Takes = 2 * time.Second
			if i == 0 {
				c.Takes = 3 * time.Second
			}
			c.Needs = newCase("", []string{db, port}[i%2]).Needs
			cases = append(cases, c)
		}
		cases = append(cases, taking(time.Millisecond, "both", db, port))
		r := run(t.Context(), engine.Options{
			Framework: takes(cases), Locker: newLocker(db, port), Workers: 2, Capacity: map[string]int{db: 1, port: 1},
		}, cases...)
		if at := slices.Index(r.started(), "both"); at > 55 {
			t.Errorf("both started as number %d", at)
		}
	})
}
