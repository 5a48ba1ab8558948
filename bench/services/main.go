// Services measures public test suites that need a real server: by a keeper of services, by setups
// of each test process, and plainly, one test after the other on one server that stays up. The
// script bench/run starts it.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/e2e/services/suites"
	"github.com/interlock-build/rules_interlock/internal/quantum"
)

func main() {
	if os.Getenv(handingOver) != "" {
		handOver()
		return
	}
	harness.Main(harness.Benchmark{
		Name: "services", Title: "public suites that need a server, with two of them", Measure: measure,
	})
}

const (
	sandbox = "linux-sandbox"
	// jobs is how many targets run at once.
	jobs = 8
	// folder is where suites are, and stay, below the user's folder for what can be made again.
	folder = "rules_interlock/services"
)

// bench is what all measurements share.
type bench struct {
	place  suites.Place
	keeper []string // what begins a command line that runs beside a keeper
	table  *harness.Table
}

func measure() (*harness.Table, error) {
	ctx := context.Background()
	b, err := newBench(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range suites.All {
		if err := b.suite(ctx, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
	}
	return b.table, b.handover()
}

func newBench(ctx context.Context) (*bench, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	b := &bench{table: &harness.Table{
		Floor: "half of the time that the same tests take one after the other, with one server that stays up",
		Notes: []string{
			fmt.Sprintf("Two servers, %d targets at once, 2 workers each, %s. One run of each. With the keeper, a server is reset "+
				"before each further test process that has it.", jobs, sandbox),
			"Beside a plain run: one package after the other, by go test, in which tests that call t.Parallel share the server. With a " +
				"group they take turns, as all tests that hold it.",
			"Set-ups: with the keeper at most one for each server; without it at most the work divided by five times the time of " +
				"a set-up, and one for each target.",
			fmt.Sprintf("The largest target alone, with one worker: beside its own binary, which runs plainly. With others waiting: %d runs of "+
				"it at once on two servers, and the time for each.", crowd),
		},
	}}
	b.place = suites.Place{Folder: filepath.Join(cache, folder), Repository: os.Getenv("BUILD_WORKSPACE_DIRECTORY"), Workers: 2}
	if err := b.place.Prepare(ctx, suites.All); err != nil {
		return nil, err
	}
	b.keeper, err = b.place.Keeper(ctx)
	return b, err
}

// suite measures one suite in each way.
func (b *bench) suite(ctx context.Context, s suites.Suite) error {
	plain, err := b.place.Plain(ctx, s, false)
	if err != nil {
		return err
	}
	serial, err := b.place.Plain(ctx, s, true)
	if err != nil {
		return err
	}
	for _, way := range []struct {
		name            string
		prefix          []string
		ofBound, ofWork float64
	}{
		{"by a keeper", b.keeper, 1.25, 0.65},
		{"by each test process", nil, 1.5, 0.8},
	} {
		r, err := b.place.Bazel(ctx, s, suites.Way{Sandbox: sandbox, Jobs: jobs, Prefix: way.prefix})
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%s, servers started %s", s, way.name)
		took, bound := harness.Samples{r.Took}, harness.Samples{serial.Took / suites.Capacity}
		b.table.Compare(what, bound, took, harness.RatioAtMost(way.ofBound))
		b.table.Compare("- beside a plain run", harness.Samples{plain.Took}, took, harness.RatioAtMost(way.ofWork))
		b.setUps(r, plain, way.prefix != nil)
		if err := b.longestWait(s, r, plain); err != nil {
			return err
		}
	}
	return b.largest(ctx, s, serial)
}

// setUps adds a row on how often servers were started.
func (b *bench) setUps(r, plain suites.Result, kept bool) {
	most := suites.Capacity
	if !kept {
		most = int(plain.Took/(quantum.Worth*plain.SetUpTook)) + len(r.Parts)
	}
	b.table.Rows = append(b.table.Rows, harness.Row{
		What: "- set-ups, and resets", Figure: fmt.Sprintf("%d, %d", r.SetUps, r.Resets),
		Bound: fmt.Sprintf("≤ %d set-ups", most), Missed: r.SetUps > most,
	})
}

// longestWait adds a row on the case that waited longest. Each target has as many cases in the queue
// as it has workers, and each of them may keep a server for a quantum, and the case that is running
// then, after it has started another.
func (b *bench) longestWait(s suites.Suite, r, plain suites.Result) error {
	targets, err := s.Needing(b.place)
	if err != nil {
		return err
	}
	before := (targets*b.place.Workers - 1 + suites.Capacity - 1) / suites.Capacity
	most := time.Duration(before) * (plain.SetUpTook + quantum.Length(plain.SetUpTook) + r.Longest.Case)
	b.table.Rows = append(b.table.Rows, harness.Row{
		What: "- longest wait of a case", Figure: harness.Text(r.Longest.Wait), Bound: "≤ " + harness.Text(most), Missed: r.Longest.Wait > most,
	})
	return nil
}

// crowd is how many runs of one target want two servers at once.
const crowd = 4

// largest adds rows on the largest target that needs a server, which is the first package of its
// module.
func (b *bench) largest(ctx context.Context, s suites.Suite, serial suites.Result) error {
	alone := serial.PartTook["."]
	if alone == 0 {
		return nil
	}
	target := "//" + s.Name() + ":test"
	for _, row := range []struct {
		what  string
		runs  int
		limit float64
	}{
		{"- its largest target, nobody else waiting", 1, 1.05},
		{"- its largest target, others waiting", crowd, 1.2},
	} {
		r, err := b.place.Bazel(ctx, s, suites.Way{Sandbox: sandbox, Jobs: jobs, Prefix: b.keeper, Target: target, Runs: row.runs})
		if err != nil {
			return err
		}
		rounds := max(row.runs/suites.Capacity, 1)
		b.table.Compare(row.what, harness.Samples{alone}, harness.Samples{r.Took / time.Duration(rounds)}, harness.RatioAtMost(row.limit))
	}
	return nil
}
