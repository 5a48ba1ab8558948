// Build measures `bazel test` of many trivial grouped tests against the same number of plain
// ones. It must be started in the root of the repository.
package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"time"

	"github.com/interlock-build/rules_interlock/bench/harness"
)

func main() {
	harness.Main(
		harness.Benchmark{Name: "build", Title: "bazel test of 100 trivial tests", Measure: measure},
		harness.Benchmark{Name: "shards", Title: "bazel test of 200 Go tests in 5 shards", Measure: measureShards},
		harness.Benchmark{Name: "slots", Title: "bazel test of 12 tests, half of them in one group", Measure: measureSlots},
	)
}

// suites are the suites of //bench/build_targets, with the same number of tests each.
var suites = []struct {
	name, what string
	limit      harness.Limit
}{
	{"own_group", "grouped, each test with a group of its own", harness.RatioAtMost(1.15)},
	{"no_group", "grouped, without a group", harness.RatioAtMost(1.15)},
	{"one_group", "grouped, all with one group of capacity 1", harness.Information},
}

func measure() (*harness.Table, error) {
	const rounds = 7
	variants := []func() (time.Duration, error){func() (time.Duration, error) { return timeSuite("plain") }}
	for _, s := range suites {
		variants = append(variants, func() (time.Duration, error) { return timeSuite(s.name) })
	}
	results, err := harness.Interleave(rounds, variants...)
	if err != nil {
		return nil, err
	}
	table := &harness.Table{
		Floor: "100 plain sh_test",
		Notes: []string{fmt.Sprintf("Wall time of the command, %d times each, with --nocache_test_results and everything else up to date. "+
			"A grouped test wraps one of the plain ones, so it runs all of what that runs; it saves Bazel the process that makes test.xml of a log.", rounds)},
	}
	for i, s := range suites {
		table.Compare(s.what, results[0], results[i+1], s.limit)
	}
	return table, nil
}

// timeSuite runs all tests of a suite and returns how long that took.
func timeSuite(name string) (time.Duration, error) {
	return timeTests("Executed 100 out of 100 tests: 100 tests pass.", "//bench/build_targets:"+name)
}

// timeTests runs `bazel test` and returns how long that took. Its output must contain the given
// text.
func timeTests(text string, args ...string) (time.Duration, error) {
	cmd := exec.Command("tools/bazel", append([]string{
		"test", "--nocache_test_results", "--noshow_progress", "--test_summary=terse", "--color=no",
	}, args...)...)
	began := time.Now()
	output, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil || !bytes.Contains(output, []byte(text)) {
		return 0, fmt.Errorf("bazel test %s: error %w, or not all tests were run:\n%s", args, err, output)
	}
	return took, nil
}
