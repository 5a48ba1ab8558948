// Package schedule is bench/run schedule: how close to the bound a run ends, and the cost of plan
// and engine. It is a test, because only a test has virtual time.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/simulation"
	"github.com/interlock-build/rules_interlock/internal/engine"
	"github.com/interlock-build/rules_interlock/internal/event"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"github.com/interlock-build/rules_interlock/internal/plan"
	"github.com/interlock-build/rules_interlock/internal/quantum"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

var table = &harness.Table{
	Floor: "the bound, which no schedule can beat",
	Notes: []string{
		"Each figure is that of the worst division of W = 2, 8 and 64 workers among 1, 4 and 16 shards: the median over " +
			"20 seeds and, as the 90th percentile, the largest. Virtual time.",
		"Static: a group is tied to a worker, as by pytest-xdist's --dist loadgroup. Where cases have two groups that " +
			"excludes less, and can be below the bound.",
		"The last rows compare quanta by their policy alone, in " + fmt.Sprint(seeds) + " seeds: the median of starts, the longest wait, and the " +
			"median of the makespan beside the work of the two servers.",
	},
}

const name = "schedule"

func TestMain(m *testing.M) {
	if !slices.Contains(os.Args, name) {
		return // go test ./... is not a benchmark
	}
	harness.Main(harness.Benchmark{
		Name: name, Title: "makespan and bound, in simulation",
		Measure: func() (*harness.Table, error) {
			if m.Run() != 0 {
				return nil, errors.New("a run went wrong; see above")
			}
			return table, nil
		},
	})
}

const seeds = 20

var settings = []simulation.Setting{
	{Shards: 1, Workers: 2},
	{Shards: 1, Workers: 8},
	{Shards: 4, Workers: 2},
	{Shards: 1, Workers: 64},
	{Shards: 4, Workers: 16},
	{Shards: 16, Workers: 4},
}

// worst keeps the setting with the largest median.
type worst struct {
	setting         simulation.Setting
	median, largest float64
}

func (w *worst) add(s simulation.Setting, ratios []float64) {
	slices.Sort(ratios)
	if median := ratios[len(ratios)/2]; median > w.median {
		*w = worst{s, median, ratios[len(ratios)-1]}
	}
}

func (w *worst) row(what string, limit float64) harness.Row {
	row := harness.Row{
		What:   fmt.Sprintf("%s; %d × %d workers", what, w.setting.Shards, w.setting.Workers),
		Figure: fmt.Sprintf("at most %.3f", w.largest), Ratio: fmt.Sprintf("%.3f", w.median),
	}
	if limit > 0 {
		row.Bound, row.Missed = fmt.Sprintf("ratio ≤ %.2f", limit), w.median > limit
	}
	return row
}

func TestSchedule(t *testing.T) {
	for _, kind := range simulation.Kinds {
		var timed, untimed, static worst
		for _, s := range settings {
			var ratios [3][]float64
			for seed := range uint64(seeds) {
				w := kind.Make(seed)
				s.Timings = true
				known := simulation.Run(t, w, s)
				s.Timings = false
				ratios[0] = append(ratios[0], known.Ratio())
				ratios[1] = append(ratios[1], simulation.Run(t, w, s).Ratio())
				ratios[2] = append(ratios[2], float64(simulation.Static(w, s.Shards*s.Workers))/float64(known.Bound.Time))
			}
			timed.add(s, ratios[0])
			untimed.add(s, ratios[1])
			static.add(s, ratios[2])
		}
		table.Rows = append(table.Rows,
			timed.row(kind.Name+"; with timings", 1.05), untimed.row("- without", 1.15), static.row("- static", 0))
	}
}

func TestLargestShard(t *testing.T) {
	var w worst
	s := simulation.Setting{Shards: 16, Workers: 4}
	var ratios []float64
	for seed := range uint64(seeds) {
		load := simulation.Kinds[1].Make(seed)
		work := make([]time.Duration, s.Shards)
		var all time.Duration
		for i, shard := range plan.Make(load.Problem(s)).Shard {
			work[shard] += load.Cases[i].Takes
			all += load.Cases[i].Takes
		}
		ratios = append(ratios, float64(slices.Max(work))*float64(s.Shards)/float64(all))
	}
	w.add(s, ratios)
	table.Rows = append(table.Rows, w.row("largest shard by the mean one", 1.05))
}

// many is a workload of n cases, half of which are in some group.
func many(n int) simulation.Workload {
	w := simulation.Workload{Capacity: map[string]int{}}
	for len(w.Cases) < n {
		part := simulation.Kinds[2].Make(uint64(len(w.Cases)))
		for i, c := range part.Cases {
			c.Name = fmt.Sprintf("%s/%d", c.Name, len(w.Cases))
			if i%2 == 0 {
				c.Needs = nil
			}
			w.Cases = append(w.Cases, c)
		}
		w.Capacity = part.Capacity
	}
	w.Cases = w.Cases[:n]
	return w
}

func TestCostOfThePlan(t *testing.T) {
	for _, n := range []int{1000, 10_000, 100_000} {
		p := many(n).Problem(simulation.Setting{Shards: 50, Workers: 4})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		plan.Make(p)
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		used := float64(after.TotalAlloc-before.TotalAlloc) / (1 << 20)
		row := harness.Row{What: fmt.Sprintf("plan of %d cases, 50 shards", n), Figure: fmt.Sprintf("%s, %.0f MiB", harness.Text(took), used)}
		if n == 100_000 {
			row.Bound, row.Missed = "≤ 1 s, 200 MB", took > time.Second || used > 200
		}
		table.Rows = append(table.Rows, row)
	}
}

// instant is a framework whose cases take no time.
type instant struct{}

func (instant) Run(_ context.Context, batch event.Batch, report event.Report) [][]event.Case {
	for _, c := range batch.Cases {
		report.Started(c)
		report.Finished(c, event.Result{})
	}
	return nil
}

type nobody struct{}

func (nobody) Handle(event.Event) {}

func TestCostOfTheEngine(t *testing.T) {
	for _, n := range []int{1000, 10_000, 100_000} {
		w := many(n)
		var cases []schedule.Case
		for _, c := range w.Cases {
			cases = append(cases, schedule.Case{Case: event.Case{Name: c.Name}, Needs: c.Needs, Takes: c.Takes})
		}
		began := time.Now()
		engine.Run(t.Context(), engine.Options{
			Framework: instant{}, Locker: process.New(w.Groups()), Capacity: w.Capacity, Sink: nobody{}, Workers: 8,
		}, cases)
		each := time.Since(began) / time.Duration(n)
		row := harness.Row{What: fmt.Sprintf("engine, each of %d cases", n), Figure: harness.Text(each)}
		row.Bound, row.Missed = "≤ 20 µs", each > 20*time.Microsecond
		table.Rows = append(table.Rows, row)
	}
}

// TestQuantum compares quanta, by the policy alone.
func TestQuantum(t *testing.T) {
	const targets, servers, start = 8, 2, 1500 * time.Millisecond
	for _, worth := range []int{0, 1, 2, quantum.Worth, 10, 20} {
		var ratios, starts []float64
		var wait time.Duration
		for seed := range uint64(seeds) {
			turns := simulation.Turns{Targets: simulation.Suite(seed, targets, 1000, 100*time.Millisecond), Units: servers, Start: start, Worth: worth}
			var work time.Duration
			for _, cases := range turns.Targets {
				for _, takes := range cases {
					work += takes
				}
			}
			r := turns.Run()
			ratios = append(ratios, float64(r.Makespan)*servers/float64(work))
			starts = append(starts, float64(r.Starts))
			wait = max(wait, r.Wait)
		}
		slices.Sort(ratios)
		slices.Sort(starts)
		table.Rows = append(table.Rows, harness.Row{
			What:   fmt.Sprintf("1,000 cases of 8 targets, 2 servers that take 1.5 s to start: each kept for %d × as long", worth),
			Figure: fmt.Sprintf("%.0f starts, longest wait %s", starts[len(starts)/2], harness.Text(wait)), Ratio: fmt.Sprintf("%.3f", ratios[len(ratios)/2]),
		})
	}
}
