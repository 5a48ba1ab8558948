package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"pgregory.net/rapid"
)

// sizesOf returns how large the batches were.
func sizesOf(t *testing.T, f *batchFramework, workers, cases int) []int {
	run(t.Context(), engine.Options{Framework: f, Locker: newLocker(), Workers: workers, Batches: true}, numbered(cases)...)
	var sizes []int
	for _, batch := range f.batches {
		sizes = append(sizes, len(batch))
	}
	// Batches that started at the same moment are there in any order.
	slices.SortFunc(sizes, func(a, b int) int { return b - a })
	return sizes
}

// A process has a cost, so the first batches are large. All workers should end together, so the
// last ones are small.
func TestBatchesGetSmaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sizes := sizesOf(t, each(10*time.Millisecond), 4, 400)
		if sizes[0] != 50 || sizes[len(sizes)-1] > 3 || len(sizes) > 40 {
			t.Errorf("the sizes are %v", sizes)
		}
	})
}

// Many slow cases are not worth saving a process: the next may be fast.
func TestSlowCasesShareNoProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if sizes := sizesOf(t, each(time.Second), 4, 1000); sizes[0] != 50 || sizes[4] != 1 {
			t.Errorf("the sizes are %v", sizes)
		}
	})
}

// Unless each process has much to set up, as in TestMain.
func TestCostlyProcessesHaveManyCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &batchFramework{run: func(ctx context.Context, batch []event.Case, report event.Report) [][]event.Case {
			time.Sleep(2 * time.Second)
			return passAfter(100*time.Millisecond).Run(ctx, event.Batch{Cases: batch}, report)
		}}
		if sizes := sizesOf(t, f, 4, 2000); len(sizes) > 30 {
			t.Errorf("the sizes are %v", sizes)
		}
	})
}

// No worker ends long before another, whatever the batches.
func TestWorkersEndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, workers := range []int{1, 2, 8} {
			begin := time.Now()
			sizesOf(t, each(50*time.Millisecond), workers, 200)
			bound := 200 * 50 * time.Millisecond / time.Duration(workers)
			if took := time.Since(begin); took > bound*105/100 {
				t.Errorf("%d workers take %v, want %v", workers, took, bound)
			}
		}
	})
}

// A process for each very short case would cost more than the cases do.
func TestShortCasesShareFewProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if sizes := sizesOf(t, each(10*time.Microsecond), 2, 2000); len(sizes) > 8 {
			t.Errorf("the sizes are %v", sizes)
		}
	})
}

// Each case has one result, for any number of workers, and for any processes that end and leave
// some of their cases, in any order and in any batches.
func TestEachCaseOnceWhateverTheBatches(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		workers := rapid.IntRange(0, 5).Draw(rt, "workers")
		cases := append(numbered(rapid.IntRange(0, 30).Draw(rt, "free")), drawScenario(rt).cases...)
		for i := range cases {
			cases[i].Needs = nil
			if rapid.IntRange(0, 4).Draw(rt, "group") == 0 {
				cases[i].Needs = newCase("", db).Needs
			}
		}
		seed := rapid.SliceOfN(rapid.IntRange(0, 9), 50, 50).Draw(rt, "ends")
		f := &batchFramework{}
		f.run = func(_ context.Context, batch []event.Case, report event.Report) [][]event.Case {
			f.mu.Lock()
			n := seed[len(f.batches)%len(seed)]
			f.mu.Unlock()
			time.Sleep(time.Duration(n) * time.Millisecond)
			done := min(len(batch), max(1, n))
			for _, c := range batch[:done] {
				report.Started(c)
				report.Finished(c, event.Result{})
			}
			return pieces(batch[done:], n%3+1)
		}
		var r *recorder
		synctest.Test(t, func(t *testing.T) {
			r = run(t.Context(), engine.Options{Framework: f, Locker: newLocker(db), Workers: workers, Batches: true}, cases...)
		})
		finished := map[string]int{}
		for _, e := range eventsOf[event.CaseFinished](r) {
			finished[e.Case.Name]++
		}
		for _, c := range cases {
			if finished[c.Name] != 1 {
				rt.Fatalf("%s finished %d times", c.Name, finished[c.Name])
			}
		}
	})
}

// pieces divides cases into batches of at most n.
func pieces(cases []event.Case, n int) (batches [][]event.Case) {
	for ; len(cases) > n; cases = cases[n:] {
		batches = append(batches, cases[:n])
	}
	if len(cases) > 0 {
		batches = append(batches, cases)
	}
	return batches
}
