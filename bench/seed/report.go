package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/bench/seed/lcov"
	"github.com/interlock-build/rules_interlock/bench/seed/suite"
)

// report compares what was measured with what is wanted.
type report struct {
	setting
	bench *bench
	runs  map[variant][]run
	once  once
}

func (r report) table() *harness.Table {
	t := &harness.Table{
		Floor: "what the row is against, in the same rounds",
		Notes: []string{
			fmt.Sprintf("Each is `bazel test` of a target of the same files, with the same Python and the same pytest; the time is that of the "+
				"whole command, unless the row says otherwise. What the tests sleep, and what the API takes to answer, is that of the suite divided "+
				"by %g; what pytest itself takes is as it is.", r.shorter),
			"The bound is what no order of the tests can beat: the work by the workers, or that of the tests that share the API by its " +
				"capacity, whichever is longer. The work is what the tests took in the serial runs, so it has what pytest does for each of " +
				"them; it has not what a process takes to start and to collect the tests, nor what it costs that eight of them share " +
				"the cores. With a rate, the last test waits for a window for each 15 that are before it, and in each window so many have " +
				"to end as cannot run at once; whether an order comes that close nobody knows.",
			fmt.Sprintf("The full length is our time times %g, as if starting took longer too.", r.shorter),
		},
	}
	r.success(t)
	r.speed(t)
	r.information(t)
	return t
}

// success is the list of what the suite's users want.
func (r report) success(t *harness.Table) {
	best := r.runs[oursBy4]
	t.Compare("ours against the serial run", took(r.runs[serially]), took(best), harness.RatioAtMost(0.40))
	t.Compare("ours at the full length", nil, scaled(took(best), r.shorter), harness.AtMost(5*time.Minute))
	const flakeless = 10
	good, _ := r.good(best)
	t.Rows = append(t.Rows,
		r.passed("tests that passed, capacity 4", oursBy4),
		r.passed("tests that passed, capacity 1", oursBy1),
		verdict("runs without any failure", fmt.Sprintf("%d of %d", good, len(best)), fmt.Sprintf("%d", flakeless),
			atLeast(good, max(flakeless, len(best)))),
		r.calls(oursBy4),
		r.calls(oursBy1),
		r.passed("tests that passed, capacity 4 and a rate", oursByRate),
		r.begun(oursByRate),
		r.parallel(best),
		verdict("with --interlock-workers=0", fmt.Sprintf("%d process, %d test at once", r.once.inOrder.log.Processes(), r.once.inOrder.log.MostAtOnce()),
			"1, in order", errors.Join(r.bench.check(r.once.inOrder), r.once.inOrder.log.InOrder(r.bench.cases))),
		r.coverage(),
	)
}

// speed is how close it comes to what is possible, and to pytest-xdist.
func (r report) speed(t *harness.Table) {
	for _, s := range []struct {
		capacity  int
		v         variant
		loadgroup float64
	}{{4, oursBy4, 0.50}, {1, oursBy1, 1}} {
		what := fmt.Sprintf("capacity %d: ", s.capacity)
		runs, bounds := r.runs[s.v], r.bounds(s.capacity)
		t.Compare(what+"ours against loadgroup", took(r.runs[grouped]), took(runs), harness.RatioAtMost(s.loadgroup))
		t.Compare(what+"ours from the first test to the last, against the bound", bounds, makespans(runs), harness.RatioAtMost(1.10))
		t.Compare("- the whole command, against the bound and what the serial one takes besides its tests", r.withStart(bounds), took(runs), harness.Information)
	}
	t.Compare("capacity 4 and a rate: ours from the first test to the last, against the bound", r.ratedBounds(), makespans(r.runs[oursByRate]),
		harness.Information)
	t.Rows = append(t.Rows, r.passed("tests that passed serially", serially), r.passed("tests that passed with loadgroup", grouped))
}

// information is what is known of the other variants.
func (r report) information(t *harness.Table) {
	t.Compare("serial: from the first test to the last", nil, makespans(r.runs[serially]), harness.Information)
	t.Compare("loadgroup: from the first test to the last", nil, makespans(r.runs[grouped]), harness.Information)
	for _, v := range []variant{ungroupedBy4, ungroupedBy1} {
		runs := []run{r.once.ungrouped[v]}
		what := fmt.Sprintf("load with an API of capacity %d, not valid: failed tests: %d", v.limits.AtOnce, suite.Cases-fewestPassed(runs))
		t.Compare(what, nil, took(runs), harness.Information)
	}
	runs := []run{r.once.ungrouped[unratedBy4]}
	t.Compare(fmt.Sprintf("capacity 4 without a rate, with an API that has one, not valid: failed tests: %d", suite.Cases-fewestPassed(runs)),
		nil, took(runs), harness.Information)
}

// bounds returns the bounds of the serial runs.
func (r report) bounds(capacity int) harness.Samples {
	var s harness.Samples
	for _, run := range r.runs[serially] {
		s = append(s, run.log.Bound(workers, suite.LLMGroup, capacity))
	}
	return s
}

// ratedBounds returns the bounds of the serial runs for tests that may not start faster than the
// API allows.
func (r report) ratedBounds() harness.Samples {
	var s harness.Samples
	for _, run := range r.runs[serially] {
		s = append(s, max(run.log.Bound(workers, suite.LLMGroup, byRate.AtOnce),
			run.log.In(suite.LLMGroup).RateBound(byRate.Conversations, byRate.Window, byRate.AtOnce)))
	}
	return s
}

// withStart adds what a serial run takes in addition to its tests.
func (r report) withStart(bounds harness.Samples) harness.Samples {
	var s harness.Samples
	for i, run := range r.runs[serially] {
		s = append(s, bounds[i]+run.took-run.log.Makespan())
	}
	return s
}

// good returns how many runs have no error, and what is wrong with the others.
func (r report) good(runs []run) (int, error) {
	good, problem := 0, error(nil)
	for _, run := range runs {
		if err := r.bench.check(run); err != nil {
			problem = errors.Join(problem, err)
			continue
		}
		good++
	}
	return good, problem
}

// passed is the row that says that each test passed once in each run.
func (r report) passed(what string, v variant) harness.Row {
	_, problem := r.good(r.runs[v])
	return verdict(what, fmt.Sprintf("%d of %d", fewestPassed(r.runs[v]), suite.Cases), "all, each once", problem)
}

// calls is the row that says that the API never had more calls than it allows.
func (r report) calls(v variant) harness.Row {
	most := mostAtOnce(r.runs[v])
	return harness.Row{
		What: fmt.Sprintf("calls of the API at once, capacity %d", v.limits.AtOnce), Figure: fmt.Sprint(most),
		Bound: fmt.Sprintf("≤ %d", v.limits.AtOnce), Missed: most > v.limits.AtOnce || most == 0,
	}
}

// begun is the row that says that no more conversations begin than the API allows.
func (r report) begun(v variant) harness.Row {
	most := 0
	for _, run := range r.runs[v] {
		most = max(most, run.api.MostBegun)
	}
	limits := v.limits
	return harness.Row{
		What: fmt.Sprintf("conversations with the API that began in any %s", limits.Window), Figure: fmt.Sprint(most),
		Bound: fmt.Sprintf("≤ %d", limits.Conversations), Missed: most > limits.Conversations || most == 0,
	}
}

// parallel is the row that says that several tests run at the same time by default.
func (r report) parallel(runs []run) harness.Row {
	processes, most := workers, workers
	for _, run := range runs {
		processes, most = min(processes, run.log.Processes()), min(most, run.log.MostAtOnce())
	}
	return verdict("by default", fmt.Sprintf("%d processes, %d tests at once", processes, most), "several", atLeast(min(processes, most), 2))
}

func (r report) coverage() harness.Row {
	hit, missed := r.once.got.Count()
	err := lcov.Equal(r.once.got, r.once.wanted)
	if wantedHit, wantedMissed := r.once.wanted.Count(); wantedHit == 0 || wantedMissed == 0 {
		err = errors.Join(err, fmt.Errorf("%d lines hit and %d missed serially prove nothing", wantedHit, wantedMissed))
	}
	_, problem := r.good(r.once.covered)
	return verdict("coverage, line by line", fmt.Sprintf("%d hit, %d missed", hit, missed), "as serially", errors.Join(err, problem))
}
