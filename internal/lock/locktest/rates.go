package locktest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

const (
	llm   = "//test:llm"
	quota = "//test:quota"
)

// rated returns groups with rates of that window: llm with 3 starts in it, and quota with 2.
func rated(window time.Duration) []group.Group {
	return []group.Group{
		{Label: llm, Name: "llm", Definition: group.Definition{Capacity: 2, Rate: group.Rate{Starts: 3, Window: window}}},
		{Label: quota, Name: "quota", Definition: group.Definition{Capacity: 3, Rate: group.Rate{Starts: 2, Window: window}}},
	}
}

// mustKeep checks that no window of r has more than its number of starts.
//
// A start is noticed when Acquire has returned. If that is late once, two starts seem to be
// closer than they are. A twentieth of the window is left for that; the tests of package rate
// leave nothing.
func mustKeep(t *testing.T, r group.Rate, starts []time.Time) {
	t.Helper()
	slices.SortFunc(starts, time.Time.Compare)
	for i, last := range starts[min(r.Starts, len(starts)):] {
		if took := last.Sub(starts[i]); took < r.Window-r.Window/20 {
			t.Errorf("%d starts within %v, the rate is %s", r.Starts+1, took, r)
		}
	}
}

// The rate and the capacity hold together, whatever is asked for.
func testRateInEveryWindow(t *testing.T, impl Implementation) {
	groups := rated(impl.RateWindow)
	account := contend(t, groups, impl.NewSpace(t, groups), 4, 2, func(r *rand.Rand) []group.Need {
		if r.IntN(3) == 0 {
			return shared(llm)
		}
		return exclusive(llm, 1+r.IntN(2))
	})
	mustKeep(t, groups[0].Rate, account.starts[llm])
}

// What counts is when holders that may start really begin.
func testRateCountsBeginnings(t *testing.T, impl Implementation) {
	groups := rated(max(impl.RateWindow, 3*time.Second)) // far longer than what an implementation may add to it
	open, rate := impl.NewSpace(t, groups), groups[1].Rate
	var all lock.All
	for range rate.Starts {
		all = append(all, acquire(t, open(), exclusive(quota, 1)))
	}
	time.Sleep(rate.Window * 2 / 3)
	starts := slices.Repeat([]time.Time{time.Now()}, rate.Starts)
	all.Begun()
	all.Release()
	acquire(t, open(), exclusive(quota, 1)).Release()
	mustKeep(t, rate, append(starts, time.Now()))
}

// Cases that need several groups with a rate start when all of these allow it.
func testSeveralRatesInEveryWindow(t *testing.T, impl Implementation) {
	groups := rated(impl.RateWindow)
	choices := [][]group.Need{
		exclusive(llm, 1),
		append(exclusive(llm, 1), exclusive(quota, 1)...),
		append(exclusive(quota, 1), exclusive(llm, 1)...),
	}
	account := contend(t, groups, impl.NewSpace(t, groups), 4, 2, func(r *rand.Rand) []group.Need {
		return choices[r.IntN(len(choices))]
	})
	for _, g := range groups {
		mustKeep(t, g.Rate, account.starts[g.Label])
	}
}

// long is the window of rates that a test uses up for good.
const long = time.Hour

// A start counts in every group that it needs, and in no other.
func testSeveralRates(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, rated(long))
	both := append(exclusive(llm, 1), exclusive(quota, 1)...)
	for range 2 {
		acquire(t, open(), both).Release()
	}
	mustReport(t, open(), both, quota)
	acquire(t, open(), exclusive(llm, 1)).Release()
	mustReport(t, open(), exclusive(llm, 1), llm)
	mustReport(t, open(), exclusive(quota, 1), quota)
}

// A shared use of a group is a start, too.
func testSharedUseCountsForTheRate(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, rated(long))
	for range 2 {
		defer acquire(t, open(), shared(quota)).Release()
	}
	mustReport(t, open(), shared(quota), quota)
}

// A start that is undone does not count: a waiter for the rate gets it.
func testUndoneStart(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, rated(long))
	undone := acquire(t, open(), exclusive(quota, 1))
	counted := acquire(t, open(), exclusive(quota, 1))
	counted.Release()
	counted.Undo() // too late
	got := startWaiting(t.Context(), t, open(), exclusive(quota, 3))
	undone.Undo()
	within(t, patience, "the waiter starts in place of the undone one", func() { releaseNext(got) })
	mustReport(t, open(), exclusive(quota, 1), quota)
}

// Almost as many start as the rate allows, if as many want to.
func testRateIsUsed(t *testing.T, impl Implementation) {
	const windows, attempts = 3, 3
	limit := windows * (impl.RateWindow*20/19 + impl.RateLag)
	var took time.Duration
	for range attempts { // a busy machine may be slow once
		if took = timeOfStarts(t, impl, windows); took <= limit {
			return
		}
	}
	t.Errorf("the starts of %d windows of %v took %v, want at most %v: 95 %% of the rate",
		windows, impl.RateWindow, took, limit)
}

// timeOfStarts returns the time from the first start to the one after a number of windows, while
// there are always waiters.
func timeOfStarts(t *testing.T, impl Implementation, windows int) time.Duration {
	t.Helper()
	groups := rated(impl.RateWindow)
	open, total := impl.NewSpace(t, groups), windows*groups[0].Rate.Starts+1
	ctx, done := context.WithCancel(t.Context())
	defer done()
	started := make(chan time.Time, total)
	var all sync.WaitGroup
	defer all.Wait()
	for range 4 {
		locker := open()
		all.Go(func() { startUntil(ctx, t, locker, started) })
	}
	var first, last time.Time
	within(t, time.Duration(windows)*impl.RateWindow+2*patience, "all have started", func() {
		first = <-started
		for range total - 1 {
			last = <-started
		}
	})
	done()
	return last.Sub(first)
}

// startUntil starts again and again until ctx ends.
func startUntil(ctx context.Context, t *testing.T, locker lock.Locker, started chan<- time.Time) {
	for {
		held, err := locker.Acquire(ctx, exclusive(llm, 1))
		if err != nil {
			if ctx.Err() == nil {
				t.Error(err)
			}
			return
		}
		select {
		case started <- time.Now():
		case <-ctx.Done():
		}
		held.Release()
	}
}

func testRateWaitingIsReported(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, rated(long))
	for range 3 {
		acquire(t, open(), exclusive(llm, 1)).Release()
	}
	mustReport(t, open(), exclusive(llm, 1), llm)
}

// The starts of a killed process count as long as any others.
func testRateOutlivesAHolder(t *testing.T, impl Implementation) {
	groups := rated(impl.RateWindow)
	open, start := impl.NewProcessSpace(t, groups)
	var starts []time.Time
	for range groups[1].Rate.Starts {
		p := start(exclusive(quota, 1))
		starts = append(starts, p.AwaitHeld(t))
		p.Kill()
	}
	acquire(t, open(), exclusive(quota, 1)).Release()
	mustKeep(t, groups[1].Rate, append(starts, time.Now()))
}

func testRateAndCancelledWaiters(t *testing.T, impl Implementation) {
	groups := rated(impl.RateWindow)
	open := impl.NewSpace(t, groups)
	mustNotBurn(t, impl, groups[0].Rate, open, func(t *testing.T) (abandon func()) {
		ctx, cancel := context.WithCancel(t.Context())
		var all []<-chan lock.Held
		for range 3 {
			all = append(all, startWaiting(ctx, t, open(), exclusive(llm, 1)))
		}
		return func() {
			cancel()
			for _, got := range all {
				if <-got != nil {
					t.Error("a cancelled request started although the rate did not allow it")
				}
			}
		}
	})
}

func testRateAndKilledWaiters(t *testing.T, impl Implementation) {
	groups := rated(max(impl.RateWindow, 3*time.Second)) // because it takes a while to start processes
	open, start := impl.NewProcessSpace(t, groups)
	mustNotBurn(t, impl, groups[0].Rate, open, func(t *testing.T) (abandon func()) {
		var all []*Process
		for range 3 {
			all = append(all, start(exclusive(llm, 1)))
		}
		for _, p := range all {
			p.AwaitWaiting(t)
		}
		return func() {
			for _, p := range all {
				p.Kill()
			}
		}
	})
}

// mustNotBurn checks that waiters that give up late in a window take at most one of the starts
// that the next window allows, and that those do not come earlier.
func mustNotBurn(t *testing.T, impl Implementation, r group.Rate, open func() lock.Locker, wait func(*testing.T) func()) {
	t.Helper()
	var starts []time.Time
	begin := func() {
		acquire(t, open(), exclusive(llm, 1)).Release()
		starts = append(starts, time.Now())
	}
	for range r.Starts {
		begin()
	}
	abandon := wait(t)
	time.Sleep(time.Until(starts[0].Add(r.Window * 3 / 4)))
	abandon()
	for range r.Starts - 1 {
		begin()
	}
	if took := starts[len(starts)-1].Sub(starts[0]); took > r.Window*3/2+impl.RateLag {
		t.Errorf("it took %v until %d more could start, the window is %v: those who gave up have used up some starts",
			took, r.Starts-1, r.Window)
	}
	mustKeep(t, r, starts)
}
