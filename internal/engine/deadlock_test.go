package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"pgregory.net/rapid"
)

// slowLocker is the locker of one of several processes, and is slow: it acquires the groups one
// after the other, by label. Processes that only wait for groups cannot wait in a circle.
func slowLocker(labels ...string) lock.Locker {
	const latency = 5 * time.Millisecond
	lockers := map[string]lock.Locker{}
	for _, l := range labels {
		lockers[l] = newLocker(l)
	}
	return lockerFunc(func(ctx context.Context, needs []group.Need) (lock.Held, error) {
		var all lock.All
		for _, n := range group.Canonical(needs) {
			time.Sleep(latency)
			held, err := lockers[n.Group].Acquire(ctx, []group.Need{n})
			if err != nil {
				all.Release()
				return nil, err
			}
			all = append(all, held)
		}
		return all, nil
	})
}

// withOthers makes others use a group, and release it for a moment now and then, so that a case
// has to give it back repeatedly because it has no worker. The returned function waits for their
// end.
func withOthers(t *testing.T, l lock.Locker, label string) (wait func()) {
	free := occupy(t, l, label)
	var others sync.WaitGroup
	others.Go(func() {
		for range 8 {
			time.Sleep(time.Second)
			free()
			free = occupy(t, l, label)
		}
		time.Sleep(2 * time.Second)
		free()
	})
	return others.Wait
}

// casesOf returns some cases of one need, one of another need, which has a rate, and many free
// ones that keep the only worker busy.
func casesOf(usual, rated []string) []schedule.Case {
	var cases []schedule.Case
	for i := range 3 {
		cases = append(cases, newCase(fmt.Sprint("usual ", i), usual...))
	}
	cases = append(cases, newCase("rated", rated...))
	for i := range 30 {
		cases = append(cases, newCase(fmt.Sprint("free ", i)))
	}
	return cases
}

func optionsOf(l lock.Locker, rated string) engine.Options {
	return engine.Options{
		Framework: passAfter(time.Second), Locker: l, Workers: 1,
		Rates: map[string]group.Rate{rated: {Starts: 1000, Window: time.Second}},
	}
}

func wantGood(t *testing.T, r *recorder) {
	t.Helper()
	for _, e := range eventsOf[event.CaseFinished](r) {
		if e.Outcome.Bad() {
			t.Errorf("%s: %+v", e.Case.Name, e.Outcome)
		}
	}
}

// A case that keeps its worker and one that keeps its groups do not wait for one
// another.
func TestOneRunnerDoesNotWaitForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		l := slowLocker("K", "L", "R")
		defer withOthers(t, l, "K")()
		time.Sleep(500 * time.Millisecond)
		options := optionsOf(l, "R")
		options.Capacity = map[string]int{"K": 1, "L": 1, "R": 1}
		wantGood(t, run(ctx, options, casesOf([]string{"K", "L"}, []string{"K", "R"})...))
	})
}

// Nor do cases of two runners.
func TestTwoRunnersDoNotWaitForOneAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		l := slowLocker("H", "K", "R1", "R2")
		defer withOthers(t, l, "H")()
		defer withOthers(t, l, "K")()
		time.Sleep(500 * time.Millisecond)
		var both sync.WaitGroup
		both.Go(func() { wantGood(t, run(ctx, optionsOf(l, "R1"), casesOf([]string{"K"}, []string{"H", "R1"})...)) })
		both.Go(func() { wantGood(t, run(ctx, optionsOf(l, "R2"), casesOf([]string{"H"}, []string{"K", "R2"})...)) })
		both.Wait()
	})
}

// Runners with a worker or two each all come to their ends, whatever groups their cases need and
// others use.
func TestRunnersComeToTheirEnds(t *testing.T) {
	usual := []string{"H", "K", "L"}
	rapid.Check(t, func(rt *rapid.T) {
		runners := rapid.IntRange(1, 3).Draw(rt, "runners")
		labels := slices.Clone(usual)
		options, cases := make([]engine.Options, runners), make([][]schedule.Case, runners)
		for i := range runners {
			rated := fmt.Sprint("R", i)
			labels = append(labels, rated)
			options[i] = optionsOf(nil, rated)
			options[i].Workers = rapid.IntRange(1, 2).Draw(rt, "workers")
			needs := rapid.SliceOfNDistinct(rapid.SampledFrom(usual), 1, 2, rapid.ID).Draw(rt, "needs")
			cases[i] = casesOf(needs, []string{rapid.SampledFrom(usual).Draw(rt, "needs besides the rate"), rated})
		}
		used := rapid.SliceOfNDistinct(rapid.SampledFrom(usual), 1, 3, rapid.ID).Draw(rt, "used by others")
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			l := slowLocker(labels...)
			for _, label := range used {
				defer withOthers(t, l, label)()
			}
			time.Sleep(500 * time.Millisecond)
			var all sync.WaitGroup
			for i, o := range options {
				o.Locker = l
				all.Go(func() { wantGood(t, run(ctx, o, cases[i]...)) })
			}
			all.Wait()
		})
	})
}
